"""An estimate and its bounds, whatever they are of."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True)
class Interval:
    """An estimate and its bounds; nan where they are unknown."""

    estimate: float = nan
    low: float = nan
    high: float = nan


UNKNOWN = Interval()
