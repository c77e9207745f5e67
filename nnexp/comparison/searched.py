"""What a search found, read from its own record and its runs: its points, the best of them, and what that is worth.

The best of many is too good: some of what it reached is luck. So its worth is what it reaches on fresh seeds, with
which no point was tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan
from statistics import fmean

from nnexp.comparison.groups import SEED, typed
from nnexp.measure import Measure, is_usable
from nnexp.search.about import About, read_about
from nnexp.search.space import Point, Space, fits
from nnexp.search.trial import State, Trial, read_trials
from nnexp.statistics.estimates import mean_interval
from nnexp.statistics.interval import Interval
from nnexp.tracking.records import Run, Status, Tag, declared_by
from nnexp.tracking.store import RunStore
from nnexp.undeclared import measure_named


@dataclass(frozen=True)
class Searched:
    """A search, as far as it has come."""

    space: Space
    measure: Measure
    minimize: bool
    wanted: int  # points
    seeds: Sequence[int]  # of each
    trials: Sequence[Trial]
    tried: Sequence[Run]  # with the seeds of points: not those that confirm, which the best alone has
    fresh: Sequence[float]  # what the best point reached on other seeds
    epochs: int  # that were trained of the points that are over, and did not fail
    epochs_of_all: int  # had all of these come to their end

    @cached_property
    def complete(self) -> list[Trial]:
        """The points that came to their end, the best first; of equals the first that was asked for."""
        ended = [trial for trial in self.trials if trial.state is State.COMPLETE and trial.value is not None]
        return sorted(ended, key=lambda trial: (trial.value or 0.0) * (1 if self.minimize else -1))

    @property
    def best(self) -> Trial | None:
        """The point that is recommended."""
        return next(iter(self.complete), None)

    def is_best(self, run: Run) -> bool:
        """Tell whether a run has the settings that are recommended."""
        return self.best is not None and _is_of(run, self.best.point)

    @property
    def worth(self) -> Interval:
        """The mean over fresh seeds, with its 95 % interval."""
        return Interval(fmean(self.fresh), *mean_interval(self.fresh)) if self.fresh else Interval()

    def count(self, state: State | None) -> int:
        """Count the points of which that became; None: that are going on."""
        return sum(trial.state is state for trial in self.trials)

    @cached_property
    def importances(self) -> dict[str, float]:
        """How much each setting told the better points from all: shares of 1, the largest first; of few points none."""
        if len(self.complete) < 5 or len({trial.value for trial in self.complete}) < 2:
            return {}
        from nnexp.search.importances import importances  # imports Optuna

        found = importances([(t.point, t.value or 0.0) for t in self.complete], self.space, minimize=self.minimize)
        return dict(found)


def searched(sweep: Run, runs: Sequence[Run], store: RunStore) -> Searched | None:
    """Read a search from its own record and those of its runs; None where the record is of none, or unreadable."""
    about = read_about(sweep.tags.get(Tag.SEARCH, ""))
    if about is None:
        return None
    space, seeds, measure = about.space, about.seeds, measure_named(about.metric, declared_by(runs))
    trials = [trial for trial in read_trials(sweep.tags) if fits(trial.point, space)]
    tried, fresh = _apart(runs, about)
    over = {t.name: t for t in trials if t.state not in (None, State.FAILED)}.values()  # a point may have come again
    whole = len(seeds) * sum(about.epochs_of(trial.point) for trial in over)
    trained = _epochs_trained(tried, over, measure, store)
    found = Searched(space, measure, about.minimize, about.points, seeds, trials, tried, (), trained, whole)
    if found.best is None:
        return found
    reached = [run.metrics.get(measure.name, nan) for run in fresh if run.is_finished and _is_of(run, found.best.point)]
    return replace(found, fresh=[value for value in reached if is_usable(value)])


def _apart(runs: Iterable[Run], about: About) -> tuple[list[Run], list[Run]]:
    """Part runs with the seeds of points from those with fresh ones."""
    tried: list[Run] = []
    fresh: list[Run] = []
    for run in runs:
        (fresh if about.is_fresh(run.params.get(SEED, "")) else tried).append(run)
    return tried, fresh


def _epochs_trained(runs: Iterable[Run], over: Collection[Trial], measure: Measure, store: RunStore) -> int:
    """Count the epochs of runs that came to an end, pruned ones too, as far as they are of points that are over."""
    ended = [run for run in runs if run.status is Status.FINISHED]
    tried = [run.run_id for run in ended if any(_is_of(run, trial.point) for trial in over)]
    return sum(map(len, store.history(tried, measure.history).values()))


def _is_of(run: Run, point: Point) -> bool:
    return all(_same(run.params.get(name, ""), value) for name, value in point.items())


def _same(recorded: str, typed_in: str) -> bool:
    return typed(recorded) == typed(typed_in) or recorded.replace(" ", "") == typed_in.replace(" ", "")
