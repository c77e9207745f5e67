from math import isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from nnexp.statistics.estimates import mcnemar, mean_interval, spread


def test_spread_divides_by_n_less_one():
    assert spread([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(sqrt(32 / 7))
    assert isnan(spread([1.0]))


def test_mean_interval_is_students():
    sample = [94.84, 94.86, 95.03, 86.39, 94.74, 95.17]
    expected = stats.t.interval(0.95, 5, loc=np.mean(sample), scale=stats.sem(sample))
    assert mean_interval(sample) == pytest.approx(expected)


@pytest.mark.parametrize("values", [[], [0.9], [0.9, 0.9, 0.9], [0.1 + 0.2, 0.3]])
def test_mean_interval_needs_a_spread(values):
    assert all(map(isnan, mean_interval(values)))


@pytest.mark.parametrize(("b", "c"), [(0, 0), (5, 5), (1, 9), (150, 86), (0, 30)])
def test_mcnemar_is_the_exact_binomial_test(b, c):
    expected = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(expected)
