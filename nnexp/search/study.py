"""What asks for points: Optuna's samplers and pruners, over a study that is kept nowhere.

A study is a function of its seed and of what it was told, in order. So nothing of it has to outlive its process:
whoever goes on with a search asks and tells again what was asked and told, and the next point is the same.
Importing Optuna takes half a second, so nothing else does, and this is imported when a study begins.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler, CmaEsSampler, QMCSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

from nnexp.search.space import Choice, Dimension, Point, Space, Steps
from nnexp.search.terms import GRID, NO_PRUNER, SEEDS, Terms
from nnexp.search.trial import State

optuna.logging.set_verbosity(optuna.logging.ERROR)

SAMPLERS: Mapping[str, Callable[..., BaseSampler]] = {
    "tpe": TPESampler,
    "random": RandomSampler,
    GRID: RandomSampler,  # every point is imposed on it
    "qmc": partial(QMCSampler, warn_asynchronous_seeding=False, warn_independent_sampling=False),
    "cmaes": partial(CmaEsSampler, warn_independent_sampling=False),
}
PRUNERS: Mapping[str, Callable[..., BasePruner]] = {
    "median": partial(MedianPruner, n_warmup_steps=1),  # the first epoch says little
    "halving": SuccessiveHalvingPruner,
    "hyperband": HyperbandPruner,
}


class Study:
    """Asks for one point after another, and learns from what becomes of them. Points are numbered from 0."""

    def __init__(self, name: str, space: Space, terms: Terms, *, minimize: bool, epochs: int | None) -> None:
        self._space = space
        self._distributions = {name: distribution_of(dimension) for name, dimension in space.items()}
        self._trials: list[optuna.Trial] = []
        self._grid = _grid(space) if terms.sampler == GRID else iter(())
        self._has_parted = False  # from what it asked for before: with another Optuna it may
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            self._study = optuna.create_study(
                study_name=name,  # Hyperband tells its brackets by it
                sampler=_Rounded(SAMPLERS[terms.sampler](seed=terms.seed), space),
                pruner=_pruner(terms.pruner, epochs),
                direction="minimize" if minimize else "maximize",
            )
        self._minimize = minimize

    def ask(self, recorded: Point | None = None) -> Point:
        """Ask for the next point: the one that is recorded, where the search was there already."""
        imposed = recorded if self._has_parted else next(self._grid, None)
        if imposed:
            self._study.enqueue_trial(values_of(imposed, self._space))
        trial = self._study.ask(self._distributions)
        point = {name: _text(dimension, trial.params[name]) for name, dimension in self._space.items()}
        if recorded and point != recorded:
            self._has_parted = True
            self._study.tell(trial, state=TrialState.FAIL)
            return self.ask(recorded)
        self._trials.append(trial)
        return point

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Hear what a point reached in an epoch; tell whether it is not worth going on with."""
        trial = self._trials[number]
        trial.report(value, epoch)
        return bool(trial.should_prune())

    def tell(self, number: int, state: State, value: float | None) -> None:
        """Learn what became of a point. One that failed is as bad as any: samplers keep away from it."""
        trial = self._trials[number]
        if value is not None and state in (State.COMPLETE, State.CLOSED):
            self._study.tell(trial, value)
        else:
            self._study.tell(trial, state=TrialState.PRUNED)


class _Rounded(BaseSampler):
    """A sampler whose numbers have as many digits as a person would type."""

    def __init__(self, sampler: BaseSampler, space: Space) -> None:
        self._sampler = sampler
        self._space = space

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._sampler.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        found = self._sampler.sample_relative(study, trial, search_space)
        return {name: self._rounded(name, value) for name, value in found.items()}

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._rounded(param_name, self._sampler.sample_independent(study, trial, param_name, param_distribution))

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        self._sampler.before_trial(study, trial)

    def after_trial(
        self, study: optuna.Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        self._sampler.after_trial(study, trial, state, values)

    def _rounded(self, name: str, value: Any) -> Any:
        dimension = self._space[name]
        return value if isinstance(dimension, Choice) else dimension.rounded(value)


def distribution_of(dimension: Dimension) -> BaseDistribution:
    """Say a dimension in Optuna's terms."""
    if isinstance(dimension, Choice):
        return CategoricalDistribution(dimension.values)
    low, high, log = dimension.low, dimension.high, dimension.log
    step = dimension.step if isinstance(dimension, Steps) and not log else None
    if dimension.whole:
        return IntDistribution(int(low), int(high), log=log, step=int(step or 1))
    return FloatDistribution(low, high, log=log, step=step)


def _text(dimension: Dimension, value: Any) -> str:
    return str(value) if isinstance(dimension, Choice) else dimension.text(value)


def values_of(point: Point, space: Space) -> dict[str, Any]:
    """Say a point in Optuna's terms."""
    return {
        name: point[name] if isinstance(dimension, Choice) else (int if dimension.whole else float)(point[name])
        for name, dimension in space.items()
    }


def _grid(space: Space) -> Iterator[Point]:
    """Give every point, the last setting varying fastest."""
    every = product(*(dimension.every for dimension in space.values()))
    return (dict(zip(space, values, strict=True)) for values in every)


def _pruner(name: str, epochs: int | None) -> BasePruner:
    if name in (NO_PRUNER, SEEDS):
        return NopPruner()
    return PRUNERS[name](**({"max_resource": epochs or "auto"} if name == "hyperband" else {}))
