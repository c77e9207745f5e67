"""Which settings told the better points of a search from all.

A module of its own, for Optuna imports scikit-learn for it: a search that begins need not wait for that.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.importance import PedAnovaImportanceEvaluator

from nnexp.search.space import Point, Space
from nnexp.search.study import distribution_of, values_of


def importances(trials: Sequence[tuple[Point, float]], space: Space, *, minimize: bool) -> Mapping[str, float]:
    """Tell how much of the difference between points each setting makes: shares of 1, the largest first.

    PED-ANOVA (Watanabe, Bansal and Hutter 2023), as Optuna has it: how the best of the points are spread over a
    setting's values, against all of them.
    """
    distributions = {name: distribution_of(dimension) for name, dimension in space.items()}
    study = optuna.create_study(direction="minimize" if minimize else "maximize")
    for point, value in trials:
        params = values_of(point, space)
        study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, value=value))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        of_all = PedAnovaImportanceEvaluator(evaluate_on_local=False)  # not of where the search went
        return optuna.importance.get_param_importances(study, evaluator=of_all)
