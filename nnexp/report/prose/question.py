"""What a comparison asks, in a line: hidden: 30, 60 or 100?"""

from __future__ import annotations

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import order

MOST_VALUES = 6


def question(comparison: Comparison) -> str:
    """Name what is compared and over which values."""
    if comparison.nothing or not comparison.by:
        return "One setting, several seeds"
    asked = [_ask(comparison, place, name) for place, name in enumerate(comparison.by)]
    return " ".join(asked)


def _ask(comparison: Comparison, place: int, name: str) -> str:
    values = sorted({one.values[place] for one in comparison.configurations}, key=order)
    if len(values) == 1:
        return f"{name}: {values[0]}."
    if len(values) > MOST_VALUES:
        return f"{name}: which of {len(values)} values from {values[0]} to {values[-1]}?"
    return f"{name}: {', '.join(values[:-1])} or {values[-1]}?"
