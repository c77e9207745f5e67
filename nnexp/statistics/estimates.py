"""The statistics of a comparison, as pure functions on numbers.

Nothing here knows runs, settings or seeds. The distributions come from scipy.special, which gives the figures of
scipy.stats (the tests hold the two together) and is imported in a fifth of the time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

ALPHA = 0.05
CONFIDENCE = 1 - ALPHA
POWER = 0.8
FEWEST = 3  # below this many pairs no test is made: a spread from two values says next to nothing
_TINY = 1e-150  # squares of smaller numbers are no longer numbers
MOST_SEEDS = 1000  # a difference that would need more is not worth the search

PAIRED = "paired t"
WELCH = "Welch t"


@dataclass(frozen=True)
class Estimate:
    """A difference of two means with its confidence interval; `low`, `high` and `p` are nan where no test is made."""

    difference: float
    low: float
    high: float
    p: float
    n: int  # pairs, or the smaller sample
    method: str
    effect: float  # the difference in standard deviations; nan without a spread


def spread(values: ArrayLike) -> float:
    """Give the sample standard deviation (ddof 1); nan below two values."""
    x = np.asarray(values, dtype=float)
    return float(x.std(ddof=1)) if x.size > 1 else nan


def mean_interval(values: ArrayLike) -> tuple[float, float]:
    """Give Student's confidence interval of a mean; nan where there is no spread to estimate it from."""
    x = np.asarray(values, dtype=float)
    if x.size < 2 or _constant(x, x):
        return nan, nan
    mean, half = float(x.mean()), _quantile(x.size - 1) * spread(x) / sqrt(x.size)
    return mean - half, mean + half


def paired(a: ArrayLike, b: ArrayLike) -> Estimate:
    """Estimate the mean of b - a over pairs, by Student's paired t-test."""
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    d = y - x
    if d.size < FEWEST or _constant(d, np.concatenate([x, y])):
        return Estimate(float(d.mean()), nan, nan, nan, d.size, PAIRED, _effect(d, x, y))
    return _estimate(float(d.mean()), spread(d) / sqrt(d.size), d.size - 1, d.size, PAIRED, _effect(d, x, y))


def welch(a: ArrayLike, b: ArrayLike) -> Estimate:
    """Estimate mean(b) - mean(a) of two independent samples, by Welch's t-test (unequal variances)."""
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    difference, n = float(y.mean() - x.mean()), min(x.size, y.size)
    if n < FEWEST or (_constant(x, x) and _constant(y, y)):
        return Estimate(difference, nan, nan, nan, n, WELCH, nan)
    u, v = spread(x) ** 2 / x.size, spread(y) ** 2 / y.size
    df = (u + v) ** 2 / (u**2 / (x.size - 1) + v**2 / (y.size - 1))  # Welch-Satterthwaite
    effect = difference / sqrt((spread(x) ** 2 + spread(y) ** 2) / 2)
    return _estimate(difference, sqrt(u + v), df, n, WELCH, effect)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number by Holm's step-down method (1979); a nan made no test and is not counted."""
    p = np.asarray(p_values, dtype=float)
    tested = np.flatnonzero(np.isfinite(p))
    order = tested[np.argsort(p[tested])]
    corrected = np.full(p.size, nan)
    corrected[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(order.size, 0, -1)))
    return [float(value) for value in corrected]


def mcnemar(only_a: int, only_b: int) -> float:
    """Test by McNemar's exact binomial whether one of two classifiers is right more often, on shared examples.

    `only_a` and `only_b` count the examples that one classifier alone gets right.
    """
    n = only_a + only_b
    return float(min(1.0, 2 * special.bdtr(min(only_a, only_b), n, 0.5))) if n else 1.0


def seeds_needed(effect: float, method: str, alpha: float = ALPHA) -> int | None:
    """Give the least number of seeds (of each setting) that finds an effect with power 0.8; None past 1,000."""
    power = _power(abs(effect), method, alpha)
    n = FEWEST + bisect_left(range(FEWEST, MOST_SEEDS + 1), POWER, key=power)
    return n if n <= MOST_SEEDS else None


def _power(effect: float, method: str, alpha: float) -> Callable[[int], float]:
    def power(n: int) -> float:
        df, centre = (n - 1, effect * sqrt(n)) if method == PAIRED else (2 * n - 2, effect * sqrt(n / 2))
        critical = special.stdtrit(df, 1 - alpha / 2)
        return float(1 - special.nctdtr(df, centre, critical) + special.nctdtr(df, centre, -critical))

    return power


def _estimate(difference: float, error: float, df: float, n: int, method: str, effect: float) -> Estimate:
    half = _quantile(df) * error
    p = float(2 * special.stdtr(df, -abs(difference) / error))
    return Estimate(difference, difference - half, difference + half, p, n, method, effect)


def _quantile(df: float) -> float:
    return float(special.stdtrit(df, 0.5 + CONFIDENCE / 2))


def _effect(d: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    return nan if d.size < 2 or _constant(d, np.concatenate([x, y])) else float(d.mean()) / spread(d)


def _constant(x: NDArray[np.float64], scale: NDArray[np.float64]) -> bool:
    """Tell whether x varies by no more than the rounding of the numbers it was made from."""
    return bool(np.ptp(x) <= max(1e-9 * np.abs(scale).max(), _TINY))
