"""What a search found, read from its own record and its runs: its points, the best of them, and what that is worth.

The best of many is too good: some of what it reached is luck. So its worth is what it reaches on fresh seeds, with
which no point was tried.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from nnexp.comparison.groups import SEED, typed
from nnexp.measure import Measure, is_usable, measure_named
from nnexp.search.space import Point, Space, read_space
from nnexp.search.trial import State, Trial, read_trials
from nnexp.statistics.estimates import mean_interval
from nnexp.statistics.interval import Interval
from nnexp.tracking.records import Run, Status, Tag, declared_by
from nnexp.tracking.store import RunStore


@dataclass(frozen=True)
class Searched:
    """A search, as far as it has come."""

    space: Space
    measure: Measure
    minimize: bool
    wanted: int  # points
    seeds: Sequence[int]  # of each
    trials: Sequence[Trial]
    fresh: Sequence[float]  # what the best point reached on other seeds
    epochs: int  # that were trained
    epochs_of_all: int  # had every point come to its end

    @cached_property
    def complete(self) -> list[Trial]:
        """The points that came to their end, the best first; of equals the first that was asked for."""
        ended = [trial for trial in self.trials if trial.state is State.COMPLETE and trial.value is not None]
        return sorted(ended, key=lambda trial: (trial.value or 0.0) * (1 if self.minimize else -1))

    @property
    def best(self) -> Trial | None:
        """The point that is recommended."""
        return next(iter(self.complete), None)

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
        from nnexp.search.study import importances  # imports Optuna

        found = importances([(t.point, t.value or 0.0) for t in self.complete], self.space, minimize=self.minimize)
        return dict(found)


def searched(sweep: Run, runs: Sequence[Run], store: RunStore) -> Searched | None:
    """Read a search from its own record and those of its runs; None where the record is of none, or unreadable."""
    try:
        about = json.loads(sweep.tags.get(Tag.SEARCH, ""))
        space, seeds = read_space(about["space"]), [int(seed) for seed in about["seeds"]]
        measure = measure_named(str(about["metric"]), declared_by(runs))
        wanted, minimize = int(about["terms"]["n_trials"]), bool(about["minimize"])
        trials = [trial for trial in read_trials(sweep.tags) if trial.point.keys() == space.keys()]
        whole = len(seeds) * sum(int(trial.point.get("epochs") or about["epochs"] or 0) for trial in trials)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    ended = [run for run in runs if run.status is Status.FINISHED and _seed(run) in seeds]  # pruned ones too
    tried = [run for run in ended if any(_is_of(run, trial.point) for trial in trials)]
    curves = store.history([run.run_id for run in tried], measure.history)
    found = Searched(space, measure, minimize, wanted, seeds, trials, (), sum(map(len, curves.values())), whole)
    if found.best is None:
        return found
    fresh = [run for run in runs if run.is_finished and _is_of(run, found.best.point) and _seed(run) not in seeds]
    values = [run.metrics[measure.name] for run in fresh if is_usable(run.metrics.get(measure.name, float("nan")))]
    return Searched(space, measure, minimize, wanted, seeds, trials, values, found.epochs, whole)


def _is_of(run: Run, point: Point) -> bool:
    return all(_same(run.params.get(name, ""), value) for name, value in point.items())


def _same(recorded: str, typed_in: str) -> bool:
    return typed(recorded) == typed(typed_in) or recorded.replace(" ", "") == typed_in.replace(" ", "")


def _seed(run: Run) -> int | None:
    seed = typed(run.params.get(SEED, ""))
    return seed if isinstance(seed, int) else None
