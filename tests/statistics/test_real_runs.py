"""The decision on runs that were really trained: 200 seeds each of three widths and two ways to draw the first weights.

real_runs.csv holds what `nnexp train -m hidden=30,60,100 init=normal,scaled seed=range(200) epochs=8` reached on MNIST.
What all 200 seeds come to is taken for the truth; a sweep is a few of them, drawn at random.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from nnexp.statistics.decision import Decision, Results, decide
from nnexp.statistics.estimates import mean_interval
from nnexp.statistics.loss import loss_interval

Vector = NDArray[np.float64]

SEEDS, SWEEPS = 200, 500


@dataclass(frozen=True)
class Runs:
    """What runs of one setting reached, in per cent, and whether they were lost."""

    validation: Vector
    test: Vector
    lost: NDArray[np.bool_]

    def __getitem__(self, those: NDArray[np.int_]) -> Runs:
        return Runs(self.validation[those], self.test[those], self.lost[those])

    @property
    def good(self) -> Vector:
        return self.validation[~self.lost]

    @property
    def gaps(self) -> Vector:
        return (self.validation - self.test)[~self.lost]

    @property
    def results(self) -> Results:
        return Results(self.good.tolist(), self.validation[self.lost].tolist())


TABLE = pd.read_csv(Path(__file__).with_name("real_runs.csv"))
SETTINGS = {
    str(name): Runs(*(runs[column].to_numpy() for column in ("validation", "test", "lost")))
    for name, runs in TABLE.groupby("setting")
}
NORMAL = [name for name in SETTINGS if "normal" in name]
HIGHEST = max(runs.good.mean() for runs in SETTINGS.values())


def error(share: float) -> float:
    """Three standard errors of a share in so many sweeps."""
    return 3 * sqrt(share * (1 - share) / SWEEPS)


def drawn(names: list[str], seeds: int) -> Iterator[dict[str, Runs]]:
    random = np.random.default_rng(20261125)
    for _ in range(SWEEPS):
        yield {name: SETTINGS[name][random.choice(SEEDS, seeds, replace=False)] for name in names}


def decisions(names: list[str], seeds: int) -> Iterator[Decision]:
    for sweep in drawn(names, seeds):
        yield decide({name: runs.results for name, runs in sweep.items()}, resolution=0.01)


def best_on_average(names: list[str]) -> str:
    return max(names, key=lambda name: float(SETTINGS[name].validation.mean()))


@pytest.mark.parametrize(("seeds", "alone"), [(3, 0.0), (5, 0.7), (10, 0.99)])
def test_the_best_of_six_is_left_and_soon_alone(seeds: int, alone: float) -> None:
    """With five seeds it was alone in 70 % of the sweeps of twenty other seeds, before there were these."""
    best = best_on_average([*SETTINGS])
    assert best == "hidden=100 init=scaled"
    left = [found.may_be_best for found in decisions([*SETTINGS], seeds)]
    assert np.mean([best in names for names in left]) >= 0.95 - error(0.05)
    assert np.mean([names == [best] for names in left]) >= alone


@pytest.mark.parametrize(("seeds", "promised"), [(3, 0.86), (5, 0.85), (10, 0.95)])
def test_where_the_better_level_loses_more_runs_the_best_is_left_as_often_as_was_said(
    seeds: int, promised: float
) -> None:
    best = best_on_average(NORMAL)
    assert best == "hidden=30 init=normal"
    left = [found.may_be_best for found in decisions(NORMAL, seeds)]
    assert np.mean([best in names for names in left]) >= promised - error(promised)


@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_the_bounds_of_all_shortfalls_hold_at_once(seeds: int) -> None:
    behind = {name: float(HIGHEST - runs.good.mean()) for name, runs in SETTINGS.items()}
    held = [
        all(one.behind.low <= behind[name] <= one.behind.high for name, one in found.standings.items() if one.level > 0)
        for found in decisions([*SETTINGS], seeds)
    ]
    assert np.mean(held) >= 0.93 - error(0.07)


@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_the_interval_of_how_often_runs_are_lost_holds(seeds: int) -> None:
    held = [
        low <= SETTINGS[name].lost.mean() <= high
        for sweep in drawn([*SETTINGS], seeds)
        for name, runs in sweep.items()
        for low, high in [loss_interval(int(runs.lost.sum()), seeds)]
    ]
    assert np.mean(held) >= 0.93 - error(0.07)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_interval_of_what_validation_flatters_holds(name: str) -> None:
    gaps = [sweep[name].gaps for sweep in drawn([name], 5)]
    bounds = [mean_interval(some) for some in gaps if len(some) > 1]
    truth = SETTINGS[name].gaps.mean()
    assert np.mean([low <= truth <= high for low, high in bounds]) >= 0.95 - 3 * sqrt(0.95 * 0.05 / len(bounds))
