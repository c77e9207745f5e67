"""What a run's events are called in the tracking store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import isfinite, nan

from nnexp.measure import BEST_EPOCH, CHOOSE, REPORT, TELL, Measure, judging, write_measures
from nnexp.tracking.records import Metric, Tag
from nnexp.training.events import Epoch
from nnexp.undeclared import completed

LONGEST = 6000  # characters of a declaration: more is no text of a tag to MLflow


def epoch_metrics(event: Epoch) -> list[Metric]:
    """Give the values of one epoch; step = epoch."""
    return [Metric(name, value, event.number, event.time) for name, value in event.metrics.items()]


def end_metrics(epochs: Sequence[Epoch], known: Mapping[str, float], time: int) -> list[Metric]:
    """Give the values that were known only at the end; step = the last epoch. What an epoch measured keeps its own."""
    measured = {name for epoch in epochs for name in epoch.metrics}
    return [Metric(name, value, len(epochs), time) for name, value in known.items() if name not in measured]


def final_metrics(
    epochs: Sequence[Epoch], measures: Iterable[Measure], time: int, known: Mapping[str, float] | None = None
) -> list[Metric]:
    """Sum a run up at step 0, where MLflow's page draws a bar; the best epoch is chosen as settings are.

    What a metric came to is the last value that it had, or what is `known` at the end. A metric that is called as one
    of these sums stands for itself.
    """
    last = {name: value for epoch in epochs for name, value in epoch.metrics.items()} | dict(known or {})
    declared = [measure for measure in measures if measure.name in last]
    values: dict[str, float] = {}
    chooser = _chooser(declared)
    best = _best(epochs, chooser) if chooser else None
    if chooser and best:
        values[BEST_EPOCH] = best.number
        if chooser.purpose == CHOOSE:
            values[chooser.best.name] = best.metrics[chooser.name]
    values |= {one.final.name: last[one.name] for one in declared if one.purpose in (CHOOSE, REPORT, TELL)}
    return [Metric(name, value, 0, time) for name, value in values.items() if name not in last]


def declaration(
    declared: Iterable[Measure], epochs: Sequence[Epoch], known: Mapping[str, float] | None = None
) -> dict[str, str]:
    """Give the tag that declares what a run measured, as far as its task did not; none where it declared all of it."""
    declared = [*declared]
    measures = completed(declared, [*(epoch.metrics for epoch in epochs), known or {}])
    if measures == declared:
        return {}
    lengths = accumulate(len(write_measures([one])) for one in measures)
    fitting = [one for one, length in zip(measures, lengths, strict=True) if length < LONGEST or one.purpose == CHOOSE]
    return {Tag.MEASURES: write_measures(fitting)}


def _chooser(declared: Sequence[Measure]) -> Measure | None:
    """Find what the best epoch is chosen by: not by what is only reported, unless there is nothing else."""
    return next(iter([*judging(declared), *(one for one in declared if one.better)]), None)


def _best(epochs: Sequence[Epoch], measure: Measure) -> Epoch | None:
    """Pick the first of the best epochs that have a number."""
    measured = [epoch for epoch in epochs if isfinite(epoch.metrics.get(measure.name, nan))]
    sign = 1 if measure.higher_is_better else -1
    return max(measured, key=lambda epoch: sign * epoch.metrics[measure.name], default=None)
