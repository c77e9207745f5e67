"""Made-up sweeps by the thousand: how often is a winner called where there is none, and where there is one?"""

import numpy as np
import pytest
from scipy import stats

from nnexp.comparison.compare import compare
from nnexp.report.prose.told import tell
from tests.shelf import runs

CASES = 1000
CHANCE = stats.binom.ppf(0.999, CASES, 0.05) / CASES  # 0.072: what 5 % may come to in so many cases


def share_of_winners(means, seeds, *, cases=CASES, shared=True, shape="normal"):
    random = np.random.default_rng(0)
    return np.mean([" beats " in _answer(random, means, seeds, shared, shape) for _ in range(cases)])


def _answer(random, means, seeds, shared, shape):
    records = []
    for i, mean in enumerate(means):
        noise = random.standard_normal(seeds)
        if shape == "dead digits":  # now and then a run loses nine points
            noise = noise - 50 * (random.random(seeds) < 0.3)
        records += runs({"hidden": 30 * (i + 1)}, 0.95 + 0.0018 * (mean + noise), first_seed=0 if shared else 100 * i)
    found = tell(compare(records))
    return " ".join([found.answer, *found.details])


@pytest.mark.parametrize(
    ("means", "seeds", "shared", "shape"),
    [
        ((0, 0), 3, True, "normal"),
        ((0, 0), 10, True, "normal"),
        ((0, 0, 0), 5, True, "normal"),
        ((0, 0, 0, 0, 0, 0), 5, True, "normal"),
        ((0, 0, 0), 5, False, "normal"),
        ((0, 0, 0), 5, True, "dead digits"),
    ],
)
def test_without_a_difference_a_winner_is_called_no_more_often_than_promised(means, seeds, shared, shape):
    assert share_of_winners(means, seeds, shared=shared, shape=shape) <= CHANCE


@pytest.mark.parametrize("means", [(0, 2), (2, 0)])
def test_two_standard_deviations_and_ten_seeds_find_the_winner(means):
    assert share_of_winners(means, 10) >= 0.95


@pytest.mark.parametrize("seeds", [1, 2])
def test_one_or_two_seeds_never_call_a_winner(seeds):
    assert share_of_winners((0, 50), seeds, cases=50) == 0
