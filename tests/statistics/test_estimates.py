from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nnexp.statistics.estimates import (
    PAIRED,
    WELCH,
    holm,
    mcnemar,
    mean_interval,
    paired,
    seeds_needed,
    spread,
    welch,
)

# Student (1908): additional hours of sleep under two drugs; difference 1.58, t = 4.0621, p = 0.002833 with 9 df
DRUG_A = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
DRUG_B = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
fractions = st.floats(0, 1)


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


def test_paired_gives_students_sleep_example():
    found = paired(DRUG_A, DRUG_B)
    assert found.difference == pytest.approx(1.58)
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858))
    assert (found.n, found.method) == (10, PAIRED)


def test_welch_gives_students_sleep_example_unpaired():
    found = welch(DRUG_A, DRUG_B)
    assert found.p == pytest.approx(0.07939414)  # R's t.test: t = -1.8608, df = 17.776
    assert (found.low, found.high) == pytest.approx((-0.2054832, 3.3654832))
    assert found.method == WELCH


@given(st.lists(st.tuples(fractions, fractions), min_size=3, max_size=20))
def test_paired_agrees_with_scipy(pairs):
    a, b = map(np.array, zip(*pairs, strict=True))
    found = paired(a, b)
    if np.ptp(b - a) < 1e-6:  # scipy warns of lost precision where we decline
        return
    expected = stats.ttest_rel(b, a)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval()), abs=1e-9)


@given(st.lists(fractions, min_size=3, max_size=12), st.lists(fractions, min_size=3, max_size=12))
def test_welch_agrees_with_scipy(a, b):
    if np.ptp(a) < 1e-6 or np.ptp(b) < 1e-6:
        return
    found, expected = welch(a, b), stats.ttest_ind(b, a, equal_var=False)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval()), abs=1e-9)


@pytest.mark.parametrize(("a", "b"), [([0.9], [0.95]), ([0.9, 0.91], [0.95, 0.97])])
def test_fewer_than_three_pairs_are_not_tested(a, b):
    for found in (paired(a, b), welch(a, b)):
        assert isnan(found.p)
        assert isnan(found.low)
        assert found.difference == pytest.approx(np.mean(b) - np.mean(a))


def test_the_same_difference_in_every_pair_is_not_tested():
    a = np.array([0.91, 0.92, 0.95, 0.97])
    assert isnan(paired(a, a + 0.01).p)  # the differences vary by rounding alone
    assert isnan(paired(a, a).p)
    assert isnan(welch([0.9] * 3, [0.8] * 3).p)


def test_holm_follows_the_textbook():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []


def test_holm_counts_only_tests_that_were_made():
    corrected = holm([0.01, nan, 0.04])
    assert (corrected[0], corrected[2]) == pytest.approx((0.02, 0.04))
    assert isnan(corrected[1])


@pytest.mark.parametrize(("b", "c"), [(0, 0), (5, 5), (1, 9), (150, 86), (0, 30)])
def test_mcnemar_is_the_exact_binomial_test(b, c):
    expected = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("effect", "method", "needed"),
    [(0.5, PAIRED, 34), (0.8, PAIRED, 15), (0.5, WELCH, 64), (0.8, WELCH, 26), (-0.2, PAIRED, 199), (50.0, PAIRED, 3)],
)
def test_seeds_needed_follows_cohens_tables(effect, method, needed):
    assert seeds_needed(effect, method) == needed


def test_seeds_needed_gives_up_past_a_thousand():
    assert seeds_needed(0.01, PAIRED) is None
    assert seeds_needed(0.0, PAIRED) is None
