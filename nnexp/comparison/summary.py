"""One setting in figures: what its runs reached, in what time, and what went wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan

import numpy as np

from nnexp.comparison.groups import Group
from nnexp.statistics.estimates import mean_interval, spread
from nnexp.statistics.time_to_accuracy import History, TimeToAccuracy, reach
from nnexp.tracking.records import Run, Tag

Histories = Mapping[str, History]  # by run id

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
class Summary:
    """A setting's figures. Times are seconds."""

    label: str
    values: tuple[str, ...]
    runs: tuple[Run, ...] = field(repr=False)
    decides: Sample
    test: Sample
    best_epoch_mean: float
    best_epoch_median: float
    epoch_seconds: float
    run_seconds: float
    reach: TimeToAccuracy | None
    never_runs: int
    never_digits: tuple[str, ...]


@dataclass(frozen=True)
class LearningCurves:
    """What is read from the runs' histories: seconds of each epoch, seconds so far, and the accuracy so far."""

    epoch_seconds: Histories
    total_seconds: Histories
    accuracy: Histories
    target: float | None


NO_CURVES = LearningCurves({}, {}, {}, None)


def sample(values: Sequence[float]) -> Sample:
    """Describe values, one a seed."""
    low, high = mean_interval(values)
    return Sample(len(values), _mean(values), spread(values), low, high)


def summarize(group: Group, test: Sequence[float], course: LearningCurves) -> Summary:
    """Work out a setting's figures; `test` are its test accuracies, one a seed."""
    best = _finite(group.runs, "best/epoch")
    never = [run for run in group.runs if _never_predicted(run)]
    return Summary(
        label=group.label,
        values=group.values,
        runs=group.runs,
        decides=sample(group.per_unit),
        test=sample(test),
        best_epoch_mean=_mean(best),
        best_epoch_median=float(np.median(best)) if best else nan,
        epoch_seconds=_mean([_epoch_seconds(run, course) for run in group.runs]),
        run_seconds=_mean(_finite(group.runs, "time/total_s")),
        reach=_reach(group.runs, course),
        never_runs=len(never),
        never_digits=_digits(never),
    )


def _epoch_seconds(run: Run, course: LearningCurves) -> float:
    history = course.epoch_seconds.get(run.run_id)
    return _mean([seconds for _, seconds in history]) if history else run.metrics.get("time/epoch_s", nan)


def _reach(runs: Iterable[Run], course: LearningCurves) -> TimeToAccuracy | None:
    if course.target is None:
        return None
    ids = [run.run_id for run in runs]
    accuracies = [course.accuracy.get(run_id, ()) for run_id in ids]
    return reach(accuracies, [course.total_seconds.get(run_id, ()) for run_id in ids], course.target)


def _never_predicted(run: Run) -> bool:
    return bool(run.tags.get(Tag.NEVER_PREDICTED)) or run.metrics.get(NEVER_PREDICTED, 0) > 0


def _digits(runs: Iterable[Run]) -> tuple[str, ...]:
    found = {digit for run in runs for digit in run.tags.get(Tag.NEVER_PREDICTED, "").split()}
    return tuple(sorted(found, key=lambda digit: (len(digit), digit)))


def _finite(runs: Iterable[Run], metric: str) -> list[float]:
    return [value for run in runs if isfinite(value := run.metrics.get(metric, nan))]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan
