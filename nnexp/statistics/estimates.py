"""A spread, the interval of a mean, and two classifiers on the same examples.

Nothing here knows runs, settings or seeds. The distributions come from scipy.special, which gives the figures of
scipy.stats (the tests hold the two together) and is imported in a fifth of the time.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

CONFIDENCE = 0.95
_TINY = 1e-150  # squares of smaller numbers are no longer numbers


def spread(values: ArrayLike) -> float:
    """Give the sample standard deviation (ddof 1); nan below two values."""
    x = np.asarray(values, dtype=float)
    return float(x.std(ddof=1)) if x.size > 1 else nan


def mean_interval(values: ArrayLike) -> tuple[float, float]:
    """Give Student's confidence interval of a mean; nan where there is no spread to estimate it from."""
    x = np.asarray(values, dtype=float)
    if x.size < 2 or np.ptp(x) <= max(1e-9 * np.abs(x).max(), _TINY):  # it varies by rounding alone
        return nan, nan
    half = float(special.stdtrit(x.size - 1, 0.5 + CONFIDENCE / 2)) * spread(x) / sqrt(x.size)
    return float(x.mean()) - half, float(x.mean()) + half


def mcnemar(only_a: int, only_b: int) -> float:
    """Test by McNemar's exact binomial whether one of two classifiers is right more often, on shared examples.

    `only_a` and `only_b` count the examples that one classifier alone gets right.
    """
    n = only_a + only_b
    return float(min(1.0, 2 * special.bdtr(min(only_a, only_b), n, 0.5))) if n else 1.0
