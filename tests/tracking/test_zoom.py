"""Where curves differ: the part of an axis on which MLflow's page opens."""

from __future__ import annotations

import math

import pytest

from nnexp.tracking.mlflow.zoom import Curve, mean_curve, zoom


def rising(top: float, epochs: int = 30) -> Curve:
    return [(epoch, top - 0.1 * 2 ** (1 - epoch)) for epoch in range(1, epochs + 1)]


def test_curves_that_end_close_are_shown_from_where_they_part() -> None:
    found = zoom([rising(0.95), rising(0.96), rising(0.98)], higher_is_better=True)
    assert 0.945 < found["yMin"] < 0.95
    assert 0.98 < found["yMax"] < 0.985


def test_of_losses_the_lower_part_is_shown() -> None:
    falling = [[(epoch, 1 - value) for epoch, value in rising(top)] for top in (0.95, 0.97)]
    found = zoom(falling, higher_is_better=False)
    assert 0.025 < found["yMin"] < 0.03
    assert 0.05 < found["yMax"] < 0.055


def test_one_that_diverged_does_not_flatten_the_others() -> None:
    diverged = [(epoch, 0.1) for epoch in range(1, 31)]
    found = zoom([diverged, rising(0.94), rising(0.975), rising(0.97)], higher_is_better=True)
    assert 0.93 < found["yMin"] < 0.94
    apart = zoom([diverged, rising(0.97)], higher_is_better=True)
    assert not apart  # of two, neither is the odd one


@pytest.mark.parametrize(
    "curves",
    [
        [],
        [[(1, 0.5)]],
        [[(1, 0.5), (2, 0.5)]],
        [[(1, math.nan), (2, math.inf)]],
        [[(1, 0.1), (2, 0.5), (3, 0.9)], [(1, 0.1), (2, 0.4), (3, 0.3)]],
    ],
)
def test_where_there_is_nothing_to_gain_all_of_it_is_shown(curves: list[Curve]) -> None:
    assert zoom(curves, higher_is_better=True) == {}


def test_runs_of_a_setting_are_one_curve_and_may_end_early() -> None:
    assert mean_curve([[(1, 1.0), (2, 2.0)], [(1, 3.0)]]) == [(1, 2.0), (2, 2.0)]
