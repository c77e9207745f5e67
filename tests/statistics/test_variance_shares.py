"""Shares of variance: a textbook's, those of least squares, and how often their intervals hold the truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from nnexp.statistics.interval import Interval
from nnexp.statistics.variance_shares import VarianceShares, noncentrality_bounds, variance_shares

# Crampton's tooth growth of guinea pigs (1947; R's ToothGrowth): supplement and dose of vitamin C.
TEETH = {
    ("VC", "0.5"): [4.2, 11.5, 7.3, 5.8, 6.4, 10.0, 11.2, 11.2, 5.2, 7.0],
    ("VC", "1"): [16.5, 16.5, 15.2, 17.3, 22.5, 17.3, 13.6, 14.5, 18.8, 15.5],
    ("VC", "2"): [23.6, 18.5, 33.9, 25.5, 26.4, 32.5, 26.7, 21.5, 23.3, 29.5],
    ("OJ", "0.5"): [15.2, 21.5, 17.6, 9.7, 14.5, 10.0, 8.2, 9.4, 16.5, 9.7],
    ("OJ", "1"): [19.7, 23.3, 23.6, 26.4, 20.0, 25.2, 25.8, 21.2, 14.5, 27.3],
    ("OJ", "2"): [25.5, 26.4, 22.4, 24.5, 24.8, 30.9, 26.4, 27.3, 29.4, 23.0],
}
NAMES = ("supp", "dose")


def shares(cells, names=NAMES, resolution=0.1) -> VarianceShares:
    found = variance_shares(names, cells, resolution=resolution)
    assert found is not None
    return found


def parts(found: VarianceShares) -> list[Interval]:
    interactions = [found.interactions] if found.interactions else []
    return [*found.settings.values(), *interactions, found.together, found.chance]


def test_a_balanced_grid_has_the_textbook_s_shares():
    found = shares(TEETH)
    # R: supp 205.35 (1 df), dose 2426.43 (2), both 108.32 (2), residuals 712.11 (54); omega squared 0.055, 0.693, 0.024
    mse = 712.106 / 54
    total = 205.350 + 2426.434 + 108.319 + 712.106 + mse
    assert found.is_balanced
    assert [*found.settings] == ["dose", "supp"]
    assert found.settings["supp"].estimate == pytest.approx((205.350 - mse) / total, rel=1e-5)
    assert found.settings["dose"].estimate == pytest.approx((2426.434 - 2 * mse) / total, rel=1e-5)
    assert found.interactions.estimate == pytest.approx((108.319 - 2 * mse) / total, rel=1e-4)
    assert found.chance.estimate == pytest.approx(60 * mse / total, rel=1e-5)
    assert found.chance.low == 1 - found.together.high


def test_an_unbalanced_grid_has_sums_of_squares_of_type_two():
    cells = {values: results[: 10 - i] for i, (values, results) in enumerate(TEETH.items()) if i != 4}
    found = shares(cells)
    rows = [(values, y) for values, results in cells.items() for y in results]
    y = np.array([y for _, y in rows])

    def explained(*names: int) -> float:  # by least squares on every result
        columns = [[float(v[i] == level) for v, _ in rows] for i in names for level in {v[i] for v, _ in rows}]
        design = np.array([[1.0] * len(rows), *columns]).T
        fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return float(((fitted - y.mean()) ** 2).sum())

    mse = sum(np.var(x) * len(x) for x in cells.values()) / (len(y) - len(cells))
    between = sum(len(x) * (np.mean(x) - y.mean()) ** 2 for x in cells.values())
    lambdas = [(explained(0, 1) - explained(1)) / mse - 1, (explained(0, 1) - explained(0)) / mse - 2]
    total = len(y) + max(between / mse - 4, *lambdas)
    assert not found.is_balanced
    assert found.settings["supp"].estimate == pytest.approx(lambdas[0] / total)
    assert found.settings["dose"].estimate == pytest.approx(lambdas[1] / total)


@pytest.mark.parametrize("df", [1, 2, 5, 19])
@pytest.mark.parametrize("x", [0.01, 3.0, 40.0, 990.0, 1010.0, 1e5])
def test_bounds_of_a_noncentrality_are_those_of_scipy(df, x):
    low, high = noncentrality_bounds(x, df, 0.025)
    for bound, p in ((low, 0.975), (high, 0.025)):
        assert stats.ncx2.cdf(x, df, bound) == pytest.approx(p, rel=2e-3) if bound else stats.chi2.cdf(x, df) <= p
    assert low <= high


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (("a",), {("1",): [1.0, 2.0], ("2",): [2.0, 3.0]}),  # one setting
        (("a", "b"), {("1", "x"): [1.0, 2.0], ("2", "x"): [2.0, 3.0]}),  # only one varies
        (("a", "b"), {(a, b): [1.0] for a, b in product("12", "xy")}),  # one seed
        (("a", "b"), {("1", "x"): [1.0, 2.0], ("2", "y"): [2.0, 3.0]}),  # they vary together
        (("a", "b"), {("1", "x"): [], ("2", "y"): []}),
    ],
)
def test_where_nothing_can_be_told_there_is_nothing(names, cells):
    assert variance_shares(names, cells, resolution=0.1) is None


def test_without_any_spread_the_resolution_is_chance():
    cells = {(a, b): [97.0 + int(a) / 10] * 3 for a, b in product("12", "xyz")}
    found = shares(cells, ("a", "b"), resolution=0.01)
    assert found.settings["a"].low > 0.9
    assert found.settings["b"] == Interval(0.0, 0.0, found.settings["b"].high)
    assert variance_shares(("a", "b"), {key: [0.0, 0.0] for key in cells}, resolution=0.0) is None


def test_settings_of_which_no_combination_shows_an_interaction():
    cells = {("1", "x"): [1.0, 1.1], ("2", "x"): [2.0, 2.1], ("1", "y"): [1.5, 1.6]}
    assert shares(cells, ("a", "b")).interactions is None


@pytest.mark.parametrize("seed", range(4))
def test_no_share_leaves_its_range_and_neither_order_nor_scale_matters(seed):
    rng = np.random.default_rng(seed)
    for _ in range(40):
        size = rng.integers(1, 4, 3)
        spread = 10.0 ** rng.integers(-4, 1, 4)
        effects = [spread[i] * rng.normal(size=n) for i, n in enumerate(size)]
        cells = {
            tuple(map(str, at)): [
                0.9 + sum(e[i] for e, i in zip(effects, at, strict=True)) + spread[3] * rng.normal()
                for _ in range(rng.integers(0, 4))
            ]
            for at in product(*map(range, size))
        }
        found = variance_shares("abc", cells, resolution=1e-9)
        if found is None:
            continue
        assert all(0 <= one.low <= one.estimate <= one.high <= 1 for one in parts(found))
        whole = [*found.settings.values(), *([found.interactions] if found.interactions else []), found.chance]
        assert not found.is_balanced or sum(one.estimate for one in whole) == pytest.approx(1)
        turned = {key: [-7 * y for y in reversed(cells[key])] for key in reversed(cells)}
        again = shares(turned, "abc", 7e-9)
        for one, other in zip(parts(found), parts(again), strict=True):
            assert (one.estimate, one.low, one.high) == pytest.approx((other.estimate, other.low, other.high), abs=1e-6)


@pytest.mark.parametrize(("truth", "runs"), [((0.6, 0.25, 0.02), 3), ((0.69, 0.3, 0.005), 5), ((0.05, 0.0, 0.0), 3)])
def test_intervals_hold_the_truth(truth, runs):
    rng, held, grids = np.random.default_rng(7), np.zeros(4), 400
    a, b = np.array([1.0, -1.0]), np.array([-1.0, 0.0, 1.0]) * 1.5**0.5
    both = np.outer(a, [1.0, -2.0, 1.0]) / 2**0.5
    weights = np.sqrt([*truth, 1 - sum(truth)])
    means = weights[0] * a[:, None] + weights[1] * b + weights[2] * both
    for _ in range(grids):
        noise = weights[3] * rng.normal(size=(2, 3, runs))
        cells = {(str(i), str(j)): list(means[i, j] + noise[i, j]) for i, j in product(range(2), range(3))}
        found = shares(cells, "ab", 0.0)
        told = [found.settings["a"], found.settings["b"], found.interactions, found.chance]
        held += [one.low <= true <= one.high for one, true in zip(told, weights**2, strict=True)]
    least = 0.94 - 3 * (0.05 * 0.95 / grids) ** 0.5
    assert (held / grids >= least).all()
    assert np.mean(held[:2]) / grids < 0.999  # nor are they as wide as one likes
