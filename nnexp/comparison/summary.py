"""One configuration in figures: what its runs reached, how many were lost, and in what time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import nan

import numpy as np

from nnexp.comparison.curves import LearningCurves
from nnexp.comparison.groups import Group
from nnexp.comparison.losses import Lost
from nnexp.measure import BEST_EPOCH, EPOCH_SECONDS, TOTAL, Measure, is_usable
from nnexp.statistics.decision import Results
from nnexp.statistics.estimates import spread
from nnexp.statistics.loss import Loss
from nnexp.statistics.time_to_target import TimeToTarget
from nnexp.tracking.records import Run


@dataclass(frozen=True)
class Sample:
    """A mean over seeds and its standard deviation (ddof 1); nan where unknown."""

    n: int
    mean: float
    sd: float


@dataclass(frozen=True)
class Summary:
    """A configuration's figures. Times are seconds."""

    label: str
    values: tuple[str, ...]
    runs: tuple[Run, ...] = field(repr=False)
    seeds: frozenset[str]
    results: Results = field(repr=False)  # of what decides, a seed each
    level: Sample  # of the seeds of which no run was lost; see `counted_alike`
    median: float
    worst: float
    loss: Loss | None  # None where the runs do not say
    lost: tuple[str, ...]  # what the lost runs lost: the classes of a classifier
    reported: Sample  # of what is reported beside, over the same seeds as the level
    besides: tuple[Sample, ...]  # of what else settings are judged by, likewise
    best_epoch_mean: float
    best_epoch_median: float
    epoch_seconds: float
    run_seconds: float
    reach: TimeToTarget | None


def sample(values: Sequence[float]) -> Sample:
    """Describe values, one a seed."""
    return Sample(len(values), _mean(values), spread(values))


def summarize(
    group: Group,
    reported: Sequence[float],
    curves: LearningCurves,
    measure: Measure,
    lost: Lost | None,
    besides: Sequence[Sequence[float]] = (),
) -> Summary:
    """Work out a configuration's figures; `reported` and `besides` are values of other metrics, one a good seed."""
    best, results = _finite(group.runs, BEST_EPOCH), group.results
    ranked = sorted(results.all, reverse=not measure.higher_is_better)
    return Summary(
        label=group.label,
        values=group.values,
        runs=group.runs,
        seeds=frozenset(group.per_seed),
        results=results,
        level=sample(results.good),
        median=float(np.median(ranked)),
        worst=ranked[0],
        loss=None if lost is None else Loss(len(results.lost), len(results.all)),
        lost=_classes(group.runs, lost or {}),
        reported=sample(reported),
        besides=tuple(map(sample, besides)),
        best_epoch_mean=_mean(best),
        best_epoch_median=float(np.median(best)) if best else nan,
        epoch_seconds=_mean([_epoch_seconds(run, curves) for run in group.runs]),
        run_seconds=_mean(_finite(group.runs, TOTAL.name)),
        reach=curves.time_to_target(group.runs),
    )


def counted_alike(one: Summary, reported: Sequence[float], besides: Sequence[Sequence[float]]) -> Summary:
    """Give the figures where lost runs are counted like any other: means alone, for a spread would be of two kinds."""
    others = tuple(map(_mean_alone, besides))
    return replace(one, level=_mean_alone(one.results.all), reported=_mean_alone(reported), besides=others)


def _mean_alone(values: Sequence[float]) -> Sample:
    return Sample(len(values), _mean(values), nan)


def _epoch_seconds(run: Run, curves: LearningCurves) -> float:
    history = curves.epoch_seconds.get(run.run_id)
    return _mean([seconds for _, seconds in history]) if history else run.metrics.get(EPOCH_SECONDS.name, nan)


def _classes(runs: Collection[Run], lost: Lost) -> tuple[str, ...]:
    found = {name for run in runs for name in lost.get(run.run_id, ())}
    return tuple(sorted(found, key=lambda name: (len(name), name)))


def _finite(runs: Iterable[Run], metric: str) -> list[float]:
    return [value for run in runs if is_usable(value := run.metrics.get(metric, nan))]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan
