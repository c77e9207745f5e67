"""What a comparison asks, in a line: hidden: 30, 60 or 100?"""

from __future__ import annotations

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.facts import DATA_PATH, data_of
from nnexp.comparison.groups import order

MOST_VALUES = 6
USUAL = {"", "mnist"}  # names of data that go without saying


def question(comparison: Comparison) -> str:
    """Name what is compared and over which values."""
    runs = comparison.runs
    if comparison.nothing or not comparison.by:
        return f"One run: {runs[0].name}" if len(runs) == 1 else "One setting, several seeds"
    asked = [_ask(comparison, place, name) for place, name in enumerate(comparison.by)]
    on = {data_of(run) for run in runs if DATA_PATH not in comparison.by} - USUAL
    return " ".join([*asked, *(f"On {name}." for name in on if len(on) == 1)])


def _ask(comparison: Comparison, place: int, name: str) -> str:
    values = sorted({one.values[place] for one in comparison.configurations}, key=order)
    if len(values) == 1:
        return f"{name}: {values[0]}."
    if len(values) > MOST_VALUES:
        return f"{name}: which of {len(values)} values from {values[0]} to {values[-1]}?"
    return f"{name}: {', '.join(values[:-1])} or {values[-1]}?"
