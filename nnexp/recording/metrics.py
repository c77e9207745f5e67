"""What a run's events are called in the tracking store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite, nan

from nnexp.measure import BEST_EPOCH, CHOOSE, REPORT, TELL, Measure, judging
from nnexp.tracking.records import Metric
from nnexp.training.events import Epoch


def epoch_metrics(event: Epoch) -> list[Metric]:
    """Give the values of one epoch; step = epoch."""
    return [Metric(name, value, event.number, event.time) for name, value in event.metrics.items()]


def final_metrics(epochs: Sequence[Epoch], measures: Iterable[Measure], time: int) -> list[Metric]:
    """Sum a run up at step 0, where MLflow's page draws a bar; the best epoch is chosen as settings are."""
    last = epochs[-1].metrics
    declared = [measure for measure in measures if measure.name in last]
    values: dict[str, float] = {}
    chooser = _chooser(declared)
    best = _best(epochs, chooser) if chooser else None
    if chooser and best:
        values[BEST_EPOCH] = best.number
        if chooser.purpose == CHOOSE:
            values[chooser.best.name] = best.metrics[chooser.name]
    values |= {one.final.name: last[one.name] for one in declared if one.purpose in (CHOOSE, REPORT, TELL)}
    return [Metric(name, value, 0, time) for name, value in values.items()]


def _chooser(declared: Sequence[Measure]) -> Measure | None:
    """Find what the best epoch is chosen by: not by what is only reported, unless there is nothing else."""
    return next(iter([*judging(declared), *(one for one in declared if one.better)]), None)


def _best(epochs: Sequence[Epoch], measure: Measure) -> Epoch | None:
    """Pick the first of the best epochs that have a number."""
    measured = [epoch for epoch in epochs if isfinite(epoch.metrics.get(measure.name, nan))]
    sign = 1 if measure.higher_is_better else -1
    return max(measured, key=lambda epoch: sign * epoch.metrics[measure.name], default=None)
