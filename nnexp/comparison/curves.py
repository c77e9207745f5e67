"""What is read from the histories of runs: how long their epochs took, and how soon they reached a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from nnexp.comparison.eligible import with_number
from nnexp.errors import ConfigError
from nnexp.measure import EPOCH_SECONDS, TOTAL, Measure, judging, with_article
from nnexp.statistics.time_to_target import History, TimeToTarget, time_to_target
from nnexp.tracking.records import Run, declared_by
from nnexp.tracking.store import RunStore

Histories = Mapping[str, History]  # by run id


@dataclass(frozen=True)
class Target:
    """A value of a metric to which epochs and seconds are counted."""

    measure: Measure
    value: float


@dataclass(frozen=True)
class LearningCurves:
    """What runs were like as they went: the seconds of each epoch and, up to a target, seconds so far and values."""

    epoch_seconds: Histories
    total_seconds: Histories
    values: Histories
    target: Target | None

    def time_to_target(self, runs: Sequence[Run]) -> TimeToTarget | None:
        """Summarize how soon runs reached the target, if there is one."""
        if self.target is None:
            return None
        ids = [run.run_id for run in runs]
        return time_to_target(
            [self.values.get(run_id, ()) for run_id in ids],
            [self.total_seconds.get(run_id, ()) for run_id in ids],
            self.target.value,
            higher_is_better=self.target.measure.higher_is_better,
        )


def read_curves(runs: Sequence[Run], store: RunStore | None, target: Target | None) -> LearningCurves:
    """Read the histories of runs; without a store there are none, and nothing to count to a target."""
    if store is None:
        return LearningCurves({}, {}, {}, None)
    ids = [run.run_id for run in runs]
    epochs = store.history(ids, EPOCH_SECONDS.name)
    if target is None:
        return LearningCurves(epochs, {}, {}, None)
    return LearningCurves(epochs, store.history(ids, TOTAL.name), store.history(ids, target.measure.history), target)


def target_of(runs: Sequence[Run], decides: Measure, value: float | None) -> Target | None:
    """Say what a value to be reached is a value of: what decides, unless there is an accuracy and that is none.

    Raises
    ------
    ConfigError
        If it is no value that could be reached.
    """
    if value is None:
        return None
    usual = [one.final for one in judging(declared_by(runs).values())]
    fractions = [one for one in (decides, *usual) if one.is_fraction and with_number(runs, one)[0]]
    measure = fractions[0] if fractions else decides
    if measure.is_fraction and not 0 < value <= 1:
        noun = with_article(measure.noun)
        raise ConfigError(f"reach must be {noun} above 0 and up to 1 (0.95 for 95 %), but got {value:g}")
    if not isfinite(value):
        raise ConfigError(f"reach must be a number, but got {value:g}")
    return Target(measure, value)
