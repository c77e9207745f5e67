"""How many seeds a setting needs until it can be told from the one that leads, or shown to be as good."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from nnexp.statistics.decision import ALPHA, CLEAN, LEVEL_SHARE, Decision, Results

POWER = 0.8
FEWEST = 3  # seeds that show anything of chance
MOST_SEEDS = 100  # what would take more is not promised


def more_seeds(settings: Mapping[str, Results], found: Decision, margin: float, alpha: float = ALPHA) -> int | None:
    """Guess how many more seeds of each setting that is left would settle between them; None past 100 in all.

    It is settled between the leader and another when one is shown to be better, or the two to lie within the margin.
    """
    needed = seeds_by_rival(settings, found, margin, alpha).values()
    most = max((n or MOST_SEEDS + 1 for n in needed), default=MOST_SEEDS + 1)
    if most > MOST_SEEDS:
        return None
    fewest = min(found.standings[name].runs for name in found.may_be_best)
    return max(1, max(most, CLEAN if found.loses_runs else FEWEST) - fewest)


def seeds_by_rival(
    settings: Mapping[str, Results], found: Decision, margin: float, alpha: float = ALPHA
) -> dict[str, int | None]:
    """Guess how many seeds in all would settle between the leader and each other that is left; None past 100."""
    first, *rest = found.may_be_best
    level_alpha = alpha * (LEVEL_SHARE if found.loses_runs else 1) / max(len(settings) - 1, 1)
    needed = {}
    for name in rest:
        gap, variances = _apart(found, settings, first, name)
        needed[name] = seeds_needed(gap, variances, margin, len(settings), level_alpha)
    return needed


def seeds_needed(gap: float, variances: float, margin: float, settings: int, alpha: float) -> int | None:
    """Give the least number of seeds of two settings that tells them apart, or shows them to lie within a margin.

    `variances` is the sum of both, of one run each; `alpha` the one-sided error of this pair. A gap is found with power
    0.8; one seed is added, by which this plain formula is too hopeful.
    """
    n = np.arange(2, MOST_SEEDS + 1)
    error, quantile = np.sqrt(variances / n), _quantile(n, settings, alpha)
    apart = n[gap >= (quantile + _quantile(n, settings, 1 - POWER)) * error] + 1
    alike = n[quantile * error <= margin - gap]
    return min(map(int, [*apart[:1], *alike[:1]]), default=None)


def visible_gap(variances: float, seeds: int, settings: int, alpha: float) -> float:
    """Give the gap of two settings that so many seeds show with power 0.8; inf for one seed.

    The plain formula is too hopeful by about half a seed.
    """
    if seeds < 2:
        return inf
    n = max(seeds - 0.5, 2)
    return float((_quantile(n, settings, alpha) + _quantile(n, settings, 1 - POWER)) * sqrt(variances / n))


def _apart(found: Decision, settings: Mapping[str, Results], first: str, other: str) -> tuple[float, float]:
    """Give the gap of two settings and the sum of their variances: of the levels, or of all runs where any was lost."""
    pair = [found.standings[name] for name in (first, other)]
    if any(one.lost for one in pair):
        runs = [settings[name].all for name in (first, other)]
        spread = sum(
            float(np.var(x, ddof=1)) if len(x) > 1 else one.variance for x, one in zip(runs, pair, strict=True)
        )
        return abs(float(np.mean(runs[0]) - np.mean(runs[1]))), spread
    return pair[0].level - pair[1].level, pair[0].variance + pair[1].variance


def _quantile(n: ArrayLike, settings: int, tail: float) -> NDArray[np.float64]:
    n = np.asarray(n)
    return np.asarray(-stdtrit(np.minimum(settings * (n - 1), 2 * (n + 3)), tail))
