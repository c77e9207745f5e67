"""Ratios of times and lower bounds of levels, against SciPy and by simulation."""

from __future__ import annotations

from math import exp, isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from nnexp.statistics.attainment import lower_bounds
from nnexp.statistics.decision import Results, decide
from nnexp.statistics.ratio import ratio

SLOW, FAST = [17.1, 16.4, 17.9, 18.3], [10.2, 9.9, 10.1]


class TestRatio:
    def test_it_is_welch_s_t_of_logarithms(self):
        found = ratio(SLOW, FAST, alpha=0.02)
        test = stats.ttest_ind(np.log(SLOW), np.log(FAST), equal_var=False).confidence_interval(0.98)
        assert found.estimate == pytest.approx(stats.gmean(SLOW) / stats.gmean(FAST))
        assert (found.low, found.high) == pytest.approx((exp(test.low), exp(test.high)))

    def test_the_other_way_round_it_is_the_inverse(self):
        found, inverse = ratio(SLOW, FAST), ratio(FAST, SLOW)
        assert (found.low, found.high) == pytest.approx((1 / inverse.high, 1 / inverse.low))

    @pytest.mark.parametrize(
        ("a", "b"), [([1.0, 2.0], FAST), (FAST, []), ([2.0] * 3, [1.0] * 3), ([0.0, 1.0, 1.1], FAST)]
    )
    def test_there_is_none_of_too_few_or_of_what_does_not_vary(self, a, b):
        found = ratio(a, b)
        assert isnan(found.low)
        assert isnan(found.high)

    def test_it_holds_the_truth(self):
        rng, held = np.random.default_rng(3), 0
        for _ in range(600):
            found = ratio(17 * np.exp(rng.normal(0, 0.05, 5)), 10 * np.exp(rng.normal(0, 0.02, 4)))
            held += found.low <= 1.7 <= found.high
        assert 0.925 <= held / 600 <= 0.985


class TestLowerBounds:
    def test_one_of_three_equally_varying_settings_by_hand(self):
        results = [97.0, 97.2, 97.4]  # of each; the pooled variance is each one's own: 0.04
        found = lower_bounds(decide({name: Results(results) for name in "ABC"}, resolution=0.01))
        assert found == pytest.approx(dict.fromkeys("ABC", 97.2 - stats.t.isf(0.05 / 3, 6) * sqrt(0.04 / 3)))

    def test_lost_runs_count_for_no_level(self):
        settings = {"A": Results([97.0, 97.2, 97.4]), "B": Results([97.1, 97.3], [60.0]), "C": Results([], [50.0])}
        found = lower_bounds(decide(settings, resolution=0.01))
        assert found["B"] > 96
        assert isnan(found["C"])

    @pytest.mark.parametrize(
        "settings",
        [
            {"A": Results([99.0]), "B": Results([98.0])},
            {"A": Results([97.0], [50.0, 60.0]), "B": Results([], [40.0, 30.0])},
        ],
    )
    def test_without_a_spread_of_levels_there_is_no_bound(self, settings):
        assert all(map(isnan, lower_bounds(decide(settings, resolution=0.01)).values()))

    @pytest.mark.parametrize("runs", [3, 5])
    def test_all_of_them_hold_at_once(self, runs):
        rng, held = np.random.default_rng(5), 0
        for _ in range(400):
            settings = {str(i): Results(rng.normal(97 + i, 0.1 + 0.05 * i, runs).tolist()) for i in range(4)}
            found = lower_bounds(decide(settings, resolution=0.01))
            held += all(found[str(i)] <= 97 + i for i in range(4))
        assert held / 400 >= 0.95 - 3 * (0.05 * 0.95 / 400) ** 0.5
