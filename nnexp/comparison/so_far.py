"""How far a sweep is that is looked at on its way: such a look may be one of many, and spends a share of the error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SoFar:
    """So many of its runs, or of the points of a search, are over; `of` is 0 where nobody knows of how many."""

    done: int
    of: int
    what: str = "run"
