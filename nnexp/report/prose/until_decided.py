"""How a sweep that adds seeds only where they decide ended, and what that saved, in a line."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.measure import count
from nnexp.statistics.looks import LOOKS, PATIENCE, Ending, Look


def tell_until_decided(last: Look | None, looks: Sequence[int], settings: int, runs: int) -> str:
    """Say why it is over, or that it is not yet, and how many runs were needed of those that all seeds would take."""
    whole = settings * LOOKS[-1]
    saved = f": {100 * (1 - runs / whole):.0f} % saved" if last is not None and last.ending else " so far"
    return f"{_why(last, looks)}; {runs} of the {whole} runs that {LOOKS[-1]} seeds each would take{saved}."


def _why(last: Look | None, looks: Sequence[int]) -> str:
    if not looks:
        return f"Not decided: there was no look yet, the first is at {LOOKS[0]} seeds"
    at = f"{count(len(looks), 'look')} (at {', '.join(map(str, looks))} seeds)"
    if last is None:
        return f"Not decided after {at}: there are no two settings with a run that counts"
    first, *rest = last.found.may_be_best
    match last.ending:
        case None:
            return f"Not decided after {at}: {count(1 + len(rest), 'setting')} may be best, the next is at {last.up_to}"
        case Ending.ONE_LEFT:
            return f"Decided after {at}: {first} alone is left"
        case Ending.WITHIN:
            return f"Decided after {at}: {first} is shown as good as the best"
        case Ending.CAP:
            return f"Not decided after {at}, the last: {1 + len(rest)} settings may be best"
        case Ending.NO_HOPE:
            most = round(PATIENCE * LOOKS[-1])
            return f"No hope after {at}: {most} seeds would not tell the {1 + len(rest)} apart that are left"
