"""How soon a run reaches a given value of a metric: epochs and seconds, from its history.

The figure of several runs is the median over them, with a run that never gets there counted as infinitely slow: a mean
over those that do would flatter where the others fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np

History = Sequence[tuple[int, float]]  # (epoch, value), by epoch


@dataclass(frozen=True)
class TimeToTarget:
    """The median epochs and seconds to a target; inf where most runs never reach it."""

    epochs: float
    seconds: float
    reached: int
    runs: int


def first_epoch(values: History, target: float, *, higher_is_better: bool = True) -> float:
    """Give the first epoch whose value is as good as the target or better; inf if there is none."""
    sign = 1 if higher_is_better else -1
    return next((float(epoch) for epoch, value in values if sign * value >= sign * target), inf)


def seconds_until(total: History, epoch: float) -> float:
    """Give the seconds gone by at the end of an epoch; inf for an epoch that never comes, nan if it was not timed."""
    return dict(total).get(int(epoch), nan) if isfinite(epoch) else inf


def time_to_target(
    values: Sequence[History], totals: Sequence[History], target: float, *, higher_is_better: bool = True
) -> TimeToTarget:
    """Summarize how soon runs reach a target; `totals` are their seconds since the start, by epoch."""
    epochs = [first_epoch(one, target, higher_is_better=higher_is_better) for one in values]
    seconds = [seconds_until(total, epoch) for total, epoch in zip(totals, epochs, strict=True)]
    return TimeToTarget(_median(epochs), _median(seconds), sum(map(isfinite, epochs)), len(epochs))


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if values else nan
