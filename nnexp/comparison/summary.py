"""One configuration in figures: what its runs reached, in what time, and what went wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan

import numpy as np

from nnexp.comparison.curves import LearningCurves
from nnexp.comparison.groups import Group
from nnexp.statistics.estimates import mean_interval, spread
from nnexp.statistics.time_to_target import TimeToTarget
from nnexp.tracking.records import Run, Tag

NEVER_PREDICTED = "final/digits_never_predicted"


@dataclass(frozen=True)
class Sample:
    """A mean over seeds, its standard deviation (ddof 1) and the 95 % interval of the mean; nan where unknown."""

    n: int
    mean: float
    sd: float
    low: float
    high: float


@dataclass(frozen=True)
class NeverPredicted:
    """In how many runs some class is never predicted, and which classes these are."""

    runs: int
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """A configuration's figures. Times are seconds."""

    label: str
    values: tuple[str, ...]
    runs: tuple[Run, ...] = field(repr=False)
    seeds: frozenset[str]
    decides: Sample
    reported: Sample
    best_epoch_mean: float
    best_epoch_median: float
    epoch_seconds: float
    run_seconds: float
    reach: TimeToTarget | None
    never_predicted: NeverPredicted | None  # None where the runs do not say


def sample(values: Sequence[float]) -> Sample:
    """Describe values, one a seed."""
    low, high = mean_interval(values)
    return Sample(len(values), _mean(values), spread(values), low, high)


def summarize(group: Group, reported: Sequence[float], curves: LearningCurves) -> Summary:
    """Work out a configuration's figures; `reported` are the values of what is reported beside, one a seed."""
    best = _finite(group.runs, "best/epoch")
    return Summary(
        label=group.label,
        values=group.values,
        runs=group.runs,
        seeds=frozenset(group.seeds),
        decides=sample(group.per_seed),
        reported=sample(reported),
        best_epoch_mean=_mean(best),
        best_epoch_median=float(np.median(best)) if best else nan,
        epoch_seconds=_mean([_epoch_seconds(run, curves) for run in group.runs]),
        run_seconds=_mean(_finite(group.runs, "time/total_s")),
        reach=curves.time_to_target(group.runs),
        never_predicted=_never_predicted(group.runs),
    )


def _epoch_seconds(run: Run, curves: LearningCurves) -> float:
    history = curves.epoch_seconds.get(run.run_id)
    return _mean([seconds for _, seconds in history]) if history else run.metrics.get("time/epoch_s", nan)


def _never_predicted(runs: Sequence[Run]) -> NeverPredicted | None:
    if not any(NEVER_PREDICTED in run.metrics or Tag.NEVER_PREDICTED in run.tags for run in runs):
        return None
    found = [run for run in runs if run.tags.get(Tag.NEVER_PREDICTED) or run.metrics.get(NEVER_PREDICTED, 0) > 0]
    classes = {name for run in found for name in run.tags.get(Tag.NEVER_PREDICTED, "").split()}
    return NeverPredicted(len(found), tuple(sorted(classes, key=lambda name: (len(name), name))))


def _finite(runs: Iterable[Run], metric: str) -> list[float]:
    return [value for run in runs if isfinite(value := run.metrics.get(metric, nan))]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan
