"""The errors of the decision, on simulated sweeps: few of them, so each bound allows for three standard errors."""

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnexp.statistics.decision import Results, decide
from tests.simulated import INIT, RESOLUTION, Case, Sweep, Tally, equal, one_wide, simulate

ALPHA = 0.05


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def most(error: float, replicates: int) -> float:
    return error + 3 * sqrt(error * (1 - error) / replicates)


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize("case", [equal(2), equal(6), equal(2, p=0.3), equal(6, p=0.3)], ids=str)
def test_a_setting_that_is_as_good_as_all_others_is_ruled_out_in_one_sweep_of_twenty(case: Case, seeds: int):
    tally = simulate(case, seeds, 300, rng())
    assert 1 - tally.best_kept <= most(ALPHA, 300)
    for holds in (tally.upper, tally.lower, tally.lead):
        assert 1 - np.mean(holds) <= most(ALPHA, 300)


@pytest.mark.parametrize("k", [6, 20])
def test_a_setting_that_varies_three_times_as_much_is_ruled_out_little_more_often(k: int):
    assert 1 - simulate(one_wide(k, 0.6, 0.2), 3, 600, rng()).best_kept <= most(0.07, 600)


def test_names_the_one_that_is_best_where_the_others_lose_runs():
    tally = simulate(INIT, 5, 200, rng())
    assert tally.single >= 0.85
    assert tally.best_kept == 1


def test_looking_five_times_is_wrong_no_more_often_than_once():
    tally, random = Tally(equal(2)), rng()
    for _ in range(200):
        tally.add(Sweep(tally.case, random).follow(margin=0, patience=inf)[0].found)
    assert 1 - tally.best_kept <= most(ALPHA, 200)


def test_adding_seeds_only_where_they_decide_saves_four_fifths_of_init():
    random, runs = rng(), 0
    for _ in range(50):
        seen, took = Sweep(INIT, random).follow(margin=0.2)
        assert seen.found.may_be_best == ["0"]
        runs += took
    assert runs / (50 * 6 * 20) == pytest.approx(0.18, abs=0.05)


@settings(max_examples=25)
@given(st.data())
def test_the_order_of_settings_and_of_runs_changes_nothing(data: st.DataObject):
    points = st.lists(st.integers(9600, 9800).map(lambda hundredths: hundredths / 100), max_size=5)
    some = data.draw(st.dictionaries(st.sampled_from("ABCDEF"), st.builds(Results, points, points), min_size=1))
    shuffled = {
        name: Results(*(data.draw(st.permutations(runs)) for runs in (some[name].good, some[name].lost)))
        for name in data.draw(st.permutations(sorted(some)))
    }
    one, other = (decide(given, resolution=RESOLUTION) for given in (some, shuffled))
    assert one.may_be_best == other.may_be_best
    for name, standing in one.standings.items():
        again = other.standings[name]
        assert (standing.reason, standing.rival) == (again.reason, again.rival)
        bounds = [(x.behind.estimate, x.behind.low, x.behind.high) for x in (standing, again)]
        np.testing.assert_allclose(*bounds, rtol=1e-9, atol=1e-9)
