"""How often a setting loses a run: the share with its interval, and whether it loses more often than the others.

Counts are small, so everything is exact: intervals by Clopper and Pearson (1934), tests by Boschloo (1970), which is
Fisher's test made less strict, and by Fisher's against all others together. An interval is one-sided where no run was
lost and two-sided where one was, so whatever the share, it is held in 92.5 % at least (in 95 % up to 3 runs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaln

CONFIDENCE = 0.95
_GRID = np.linspace(1e-9, 1 - 1e-9, 513)  # of the unknown share; the tails that are maximized over it are smooth
_MOST_TABLES = 10_000  # of two counts: 100 runs each
_TIED = 1e-9  # p-values so close, relatively, are the same


@dataclass(frozen=True)
class Loss:
    """How many runs of a setting were lost, with the 95 % interval of their share."""

    count: int
    runs: int

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the share; where no run was lost, what it is at most (one-sided)."""
        return loss_interval(self.count, self.runs)


def loss_interval(count: int, runs: int) -> tuple[float, float]:
    """Give Clopper and Pearson's 95 % interval of a share; one-sided where the count is 0."""
    if runs == 0:
        return 0.0, 1.0
    if count == 0:
        return 0.0, float(1 - (1 - CONFIDENCE) ** (1 / runs))
    tail = (1 - CONFIDENCE) / 2
    high = 1.0 if count == runs else float(betaincinv(count + 1, runs - count, 1 - tail))
    return float(betaincinv(count, runs - count + 1, tail)), high


def loses_more(losses: Mapping[str, Loss], name: str) -> float:
    """Give the p-value of a setting's losing runs more often than the best of the others does."""
    mine, others = losses[name], [one for other, one in losses.items() if other != name]
    if not others:
        return 1.0
    fewest: dict[int, int] = {}  # lost of so many runs: the fewer, the smaller the p-value
    for one in others:
        fewest[one.runs] = min(one.count, fewest.get(one.runs, one.count))
    each = min(boschloo(mine.count, mine.runs, count, runs) for runs, count in fewest.items())
    if len(others) == 1:
        return each
    count, runs = sum(one.count for one in others), sum(one.runs for one in others)
    together = fisher(mine.count, mine.runs, count, runs)
    return min(1.0, 2 * min(len(others) * each, together))


def fisher(a: int, m: int, b: int, n: int) -> float:
    """Test by Fisher's exact test, one-sided, whether a of m is more than b of n."""
    least, most = max(a, a + b - n), min(m, a + b)
    ways = np.arange(least, most + 1)
    point = _log_choose(m, ways) + _log_choose(n, a + b - ways) - _log_choose(m + n, np.array(a + b))
    return min(1.0, float(np.exp(point).sum()))


@lru_cache(maxsize=4096)
def boschloo(a: int, m: int, b: int, n: int) -> float:
    """Test by Boschloo's exact test, one-sided, whether a of m is more than b of n: the greatest error of Fisher's.

    Of so many runs that the two hardly differ, Fisher's is given.
    """
    if m * n > _MOST_TABLES:
        return fisher(a, m, b, n)
    tails, lost = _tails(m, n), np.arange(m + n + 1)
    i, j = np.nonzero(tails <= tails[a, b] * (1 + _TIED))
    given = np.zeros(lost.size)  # Fisher's error, given how many are lost of both together
    np.maximum.at(given, i + j, tails[i, j])
    ways = _log_choose(m + n, lost)[:, None]

    def error(share: NDArray[np.float64]) -> NDArray[np.float64]:
        log = np.outer(lost, np.log(share)) + np.outer(m + n - lost, np.log1p(-share))
        return np.asarray(given @ np.exp(ways + log))

    grid = _GRID
    for _ in range(4):  # each time between the neighbours of the best, a hundredth as wide
        best = int(np.argmax(error(grid)))
        grid = np.linspace(grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)], 201)
    return float(min(1.0, error(grid).max()))


@lru_cache(maxsize=64)
def _tails(m: int, n: int) -> NDArray[np.float64]:
    """Give Fisher's p-value of each table: [a, b] is P(at least a of m | a + b of m + n)."""
    a, b = np.arange(m + 1)[:, None], np.arange(n + 1)[None, :]
    point = np.exp(_log_choose(m, a) + _log_choose(n, b) - _log_choose(m + n, a + b))
    tails = np.zeros((m + 1, n + 1))
    for i in range(m, -1, -1):
        tails[i] = point[i]
        if i < m:
            tails[i, 1:] += tails[i + 1, :-1]
    return tails


def _log_choose(n: int, k: NDArray[np.int_]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return found
