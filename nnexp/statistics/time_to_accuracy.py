"""How soon a run reaches a given accuracy: epochs and seconds, from its history.

The figure of a setting is the median over its runs, with a run that never gets there counted as infinitely slow: a
mean over those that do would flatter a setting whose other runs fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np

History = Sequence[tuple[int, float]]  # (epoch, value), by epoch


@dataclass(frozen=True)
class TimeToAccuracy:
    """The median epochs and seconds to a target; inf where most runs never reach it."""

    epochs: float
    seconds: float
    reached: int
    runs: int


def first_epoch(accuracy: History, target: float) -> float:
    """Give the first epoch at which the accuracy is at least the target; inf if there is none."""
    return next((float(epoch) for epoch, value in accuracy if value >= target), inf)


def seconds_until(total: History, epoch: float) -> float:
    """Give the seconds gone by at the end of an epoch; inf for an epoch that never comes, nan if it was not timed."""
    return dict(total).get(int(epoch), nan) if isfinite(epoch) else inf


def reach(accuracies: Sequence[History], totals: Sequence[History], target: float) -> TimeToAccuracy:
    """Summarize how soon runs reach a target; `totals` are their seconds since the start, by epoch."""
    epochs = [first_epoch(accuracy, target) for accuracy in accuracies]
    seconds = [seconds_until(total, epoch) for total, epoch in zip(totals, epochs, strict=True)]
    return TimeToAccuracy(_median(epochs), _median(seconds), sum(map(isfinite, epochs)), len(epochs))


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if values else nan
