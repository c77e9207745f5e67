"""Means of several settings, each compared with every other: what leads, by how much, and whether that is shown.

The variances of levels are moderated (Smyth 2004): the pooled one counts as 4 more degrees of freedom, and none is less
than the setting's own. Sums are exact, so that no order of runs gives another answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum, inf, nan

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from nnexp.statistics.interval import UNKNOWN, Interval

PRIOR_DF = 4.0  # degrees of freedom that the pooled variance counts

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]  # [i, j]: setting i against its rival j
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Rivals:
    """A mean of each setting, nan where there is none, to be compared with that of every rival."""

    mean: Vector
    variance: Vector  # of one run
    runs: Vector
    df: Vector  # of the variance
    most_df: float = inf

    @cached_property
    def lead(self) -> Matrix:
        """By how much each rival is better."""
        return self.mean[None, :] - self.mean[:, None]

    def critical(self, alpha: float) -> Matrix:
        """Give the lead from which on a rival is shown to be better (Welch-Satterthwaite)."""
        u = self.variance / self.runs
        both = u[:, None] + u[None, :]
        share = (u[:, None] / both) ** 2 / self.df[:, None]
        df = np.minimum(1 / (share + share.T), self.most_df)
        return np.asarray(-stdtrit(df, alpha) * np.sqrt(both))

    def beaten_by(self, better: Truth, names: Sequence[str]) -> list[str | None]:
        """Name the best of those that are better than each setting; None without any."""
        ranked = sorted(zip(-np.nan_to_num(self.mean, nan=-inf), names, better.T.tolist(), strict=True))
        return [next((name for _, name, beats in ranked if beats[i]), None) for i in range(len(names))]

    def behind(self, unbeaten: Truth, critical: Matrix, strict: Matrix) -> list[Interval]:
        """Give by how much each setting lies behind the best; those that are beaten are not the best."""
        known = ~np.isnan(self.mean)
        others = known & ~np.eye(known.size, dtype=bool)
        estimate = np.max(self.lead, axis=1, where=known, initial=0.0)
        high = np.max(self.lead + critical, axis=1, where=others & unbeaten, initial=0.0)
        low = np.max(self.lead - strict, axis=1, where=others, initial=0.0)
        bounds = zip(estimate.tolist(), low.tolist(), high.tolist(), strict=True)
        return [Interval(*one) if seen else UNKNOWN for one, seen in zip(bounds, known, strict=True)]

    def ahead(self, i: int, critical: Matrix, strict: Matrix) -> Interval:
        """Give by how much a setting lies ahead of the next; less than nothing, if it lies behind."""
        others = ~np.isnan(self.mean) & (np.arange(len(self.mean)) != i)
        if not others.any():
            return UNKNOWN
        lead = -self.lead[i, others]
        low, high = lead - strict[i, others], lead + critical[i, others]
        return Interval(float(lead.min()), float(low.min()), float(high.min()))


def of_levels(good: Sequence[Sequence[float]], resolution: float) -> Rivals:
    """Describe the good runs of each setting, with moderated variances."""
    runs = np.array([len(x) or nan for x in good])
    own, df = np.array([_variance(x) for x in good]), np.nan_to_num(runs - 1)
    pooled = max(fsum(df * own) / fsum(df) if df.any() else 0.0, resolution**2 / 12)
    variance = np.maximum(own, (PRIOR_DF * pooled + df * own) / (PRIOR_DF + df))
    return Rivals(np.array([_mean(x) for x in good]), variance, runs, PRIOR_DF + df, most_df=df.sum() or nan)


def of_means(results: Sequence[Sequence[float]], resolution: float) -> Rivals:
    """Describe all runs of each setting, each with its own variance; one run has none."""
    several = [x if len(x) > 1 else () for x in results]
    runs = np.array([len(x) or nan for x in several])
    variance = np.maximum([_variance(x) for x in several], resolution**2 / 12)
    return Rivals(np.array([_mean(x) for x in several]), variance, runs, runs - 1)


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values) if len(values) else nan


def _variance(values: Sequence[float]) -> float:
    mean = _mean(values)
    return fsum((x - mean) ** 2 for x in values) / (len(values) - 1) if len(values) > 1 else 0.0
