"""How many times as much one thing takes as another, from a few measurements of each.

Times vary by factors rather than by amounts, so their logarithms are compared (Welch's t); the estimate is the ratio of
the geometric means.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, nan, sqrt

import numpy as np
from scipy.special import stdtrit

from nnexp.statistics.decision import ALPHA
from nnexp.statistics.interval import UNKNOWN, Interval

FEWEST = 3  # measurements of each


def ratio(a: Sequence[float], b: Sequence[float], alpha: float = ALPHA) -> Interval:
    """Give a / b with its interval; nan with too few measurements, any that is not positive, or none that varies."""
    if min(len(a), len(b)) < FEWEST or min(*a, *b) <= 0:
        return UNKNOWN
    x, y = np.log(a), np.log(b)
    u, v = x.var(ddof=1) / len(a), y.var(ddof=1) / len(b)
    if u + v < 1e-18:
        return UNKNOWN
    df = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))
    centre, half = float(x.mean() - y.mean()), float(stdtrit(df, 1 - alpha / 2)) * sqrt(u + v)
    if half > log(1e6):  # so wide that it says nothing
        return Interval(exp(centre), nan, nan)
    return Interval(exp(centre), exp(centre - half), exp(centre + half))
