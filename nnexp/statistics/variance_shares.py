"""How much of the variation of results each of several settings explains: an analysis of variance over a grid.

The results of a cell (a combination of values) differ by chance alone, with one variance sigma^2; the cells' means
differ by what each setting does on its own, and by what they do together beyond that (their interactions). The share of
a part is

    lambda / (the sum of all lambdas + n),  lambda = SS / sigma^2 without chance (the noncentrality), n results,

its variance over the grid divided by the variance of all results. It is estimated by omega squared (Hays 1963), that
is by lambda = SS / MSE - df: eta squared, SS / SS_total, counts chance among what a setting explains, most where a
setting has many values and the cells few results. A negative estimate counts as 0, also in the sum.

In a balanced grid (every combination there, each with as many results) the sums of squares add up. In any other one a
setting's is of type II (what it explains beyond all other settings, interactions aside); the shares then need not add
up to what all settings explain together, and each cell weighs as much as it has results.

The sums of squares of a part, of all other parts and of chance are independent, in any grid: chi-squared, the first two
noncentral. A share is a function of three numbers; each of its bounds puts together how far the bound of any one of
them would move it, as the root of the sum of the squares (MOVER: Graybill and Wang 1980; Zou and Donner 2008). The
noncentral bounds are taken at a normal quantile as large as Student's, as sigma^2 is estimated itself, and a lower one
is 0 unless the F-test of the part says otherwise. Inverting the noncentral F instead (Steiger 2004) tells a part from
chance, but not from the other parts; a joint region of all three holds 99 % and is twice as wide.

Of 95 % intervals so many % hold the true share, of two settings, their interactions and chance (normal, alike in all
cells unless said; 800 grids each; 95 to 97 in 2 x 3 cells with 5, 5, 3, 4, 0 and 2 results):

    true shares       results of each cell     held           true shares       cells, results     held
    60, 25,   2, 13   2 x 3 cells, 2 each   95 95 97 97       30, 30, 30, 10    2 x 3,  2 each   94 95 95 97
    60, 25,   2, 13   2 x 3,       3        94 95 97 96       30, 30, 30, 10    2 x 3, 10        94 96 95 96
    60, 25,   2, 13   2 x 3,       5        96 95 96 96       30, 20, 10, 40    2 x 2,  3        96 96 96 95
    69, 30, 0.5, 0.5  2 x 3,       5        94 95 96 95        5,  2,  1, 92    4 x 5,  3        95 96 95 93
     0,  0,   0, 100  2 x 3,       5        99 99 99 98       60, 25,  2, 13    2 x 3,  3,
                                                              one cell's sd 3 times the others'  85 86 97 87

Knows no runs. Whatever the unit of the results, and whichever way is better, the shares are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, prod, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr, chdtri, chndtrinc, fdtrc, ndtr, ndtri, stdtrit

from nnexp.statistics.interval import Interval

CONFIDENCE = 0.95
_EXACT_BELOW = 1000.0  # of chi-squared; above it, the normal approximation is as good, and SciPy's search gives up
_RANK = 1e-9  # singular values that are smaller, relatively, are none

Vector = NDArray[np.float64]
Values = tuple[str, ...]


@dataclass(frozen=True)
class VarianceShares:
    """Shares of the variance of the results, each with its 95 % interval; all lie in 0 to 1."""

    settings: Mapping[str, Interval]  # alone; the largest first
    interactions: Interval | None  # of all settings; None where no combination could show any
    together: Interval  # all that the settings explain
    chance: Interval  # the rest
    is_balanced: bool


@dataclass(frozen=True)
class _Squares:
    """A sum of squares and its degrees of freedom."""

    sum: float
    df: int

    def __sub__(self, other: _Squares) -> _Squares:
        return _Squares(max(0.0, self.sum - other.sum), self.df - other.df)


def variance_shares(
    names: Sequence[str], cells: Mapping[Values, Sequence[float]], *, resolution: float
) -> VarianceShares | None:
    """Tell how much of the variance of results each setting explains; None where that cannot be told.

    It takes two settings that vary and can be told apart, and a cell with two results.

    Parameters
    ----------
    names
        The settings.
    cells
        The results of each combination of their values.
    resolution
        The least step of a result: no spread is taken for less.
    """
    filled = {values: np.asarray(results, dtype=float) for values, results in cells.items() if len(results)}
    levels = [sorted({values[i] for values in filled}) for i in range(len(names))]
    varying = [i for i in range(len(names)) if len(levels[i]) > 1]
    n = sum(map(len, filled.values()))
    tells_all = any(len(levels[i]) == len(filled) for i in varying)  # so that it leaves nothing to the others
    if len(varying) < 2 or tells_all or n == len(filled):
        return None
    within = _Squares(sum(float(((x - x.mean()) ** 2).sum()) for x in filled.values()), n - len(filled))
    variance = max(within.sum / within.df, resolution**2 / 12)
    between, additive, alone = _sums_of_squares(filled, [levels[i] for i in varying], varying)
    if not variance or not all(one.df for one in alone):
        return None
    is_complete = prod(len(levels[i]) for i in varying) == len(filled)
    is_balanced = is_complete and len({len(x) for x in filled.values()}) == 1
    beyond, within = between - additive, _Squares(variance * within.df, within.df)
    *each, interactions, together = _shares([*alone, beyond], between, within, n, add_up=is_balanced)
    settings = {names[i]: share for i, share in zip(varying, each, strict=True)}
    return VarianceShares(
        settings=dict(sorted(settings.items(), key=lambda item: -item[1].estimate)),
        interactions=interactions if beyond.df else None,
        together=together,
        chance=Interval(1 - together.estimate, 1 - together.high, 1 - together.low),
        is_balanced=is_balanced,
    )


def _shares(
    parts: Sequence[_Squares], between: _Squares, within: _Squares, n: int, *, add_up: bool
) -> Iterator[Interval]:
    """Give the share of each part, and of all of them together."""
    variance = within.sum / within.df
    explained = [_noncentrality(one, variance) for one in parts]
    total = n + (sum(explained) if add_up else max(_noncentrality(between, variance), *explained))
    estimates = [*(one / total for one in explained), 1 - n / total]
    for one, estimate in zip([*parts, between], estimates, strict=True):
        low, high = _Split(one, between - one, within, n).bounds()
        yield Interval(estimate, min(low, estimate), max(high, estimate))


def _sums_of_squares(
    cells: Mapping[Values, Vector], levels: Sequence[Sequence[str]], varying: Sequence[int]
) -> tuple[_Squares, _Squares, list[_Squares]]:
    """Give the sums of squares between all cells, of all settings without interactions, and of each (type II)."""
    weights = np.sqrt([len(x) for x in cells.values()])
    centre = float(np.concatenate([*cells.values()]).mean())
    means = weights * [float(x.mean()) - centre for x in cells.values()]
    columns = [
        weights[:, None] * np.array([[values[i] == level for level in own] for values in cells], dtype=float)
        for i, own in zip(varying, levels, strict=True)
    ]
    additive = _explained(columns, means)
    alone = [additive - _explained(columns[:k] + columns[k + 1 :], means) for k in range(len(columns))]
    return _Squares(float(means @ means), len(cells) - 1), additive, alone


def _explained(columns: Sequence[Vector], means: Vector) -> _Squares:
    """Give what the settings in these columns explain by least squares; the grand mean is none of it."""
    left, size, _ = np.linalg.svd(np.hstack(columns), full_matrices=False)
    basis = left[:, size > _RANK * size[0]]
    return _Squares(float(((basis.T @ means) ** 2).sum()), basis.shape[1] - 1)


def _noncentrality(part: _Squares, variance: float) -> float:
    return max(0.0, part.sum / variance - part.df)


@dataclass(frozen=True)
class _Split:
    """The sums of squares of a part, of all others, and of chance, which are independent; and how many results."""

    part: _Squares
    others: _Squares
    within: _Squares
    n: int

    def bounds(self) -> tuple[float, float]:
        """Give the bounds of the part's share."""
        df, tail = self.within.df, (1 - CONFIDENCE) / 2
        variance = self.within.sum / df
        student = float(ndtr(stdtrit(df, tail)))
        mine, other = (_noncentrality(one, variance) for one in (self.part, self.others))
        least, most = noncentrality_bounds(self.part.sum / variance, self.part.df, student)
        other_least, other_most = noncentrality_bounds(self.others.sum / variance, self.others.df, student)
        by_chance = [self._share_at(self.within.sum / float(chdtri(df, p))) for p in (tail, 1 - tail)]
        share = self._share(mine, other)
        down = [self._share(least, other), self._share(mine, other_most), min(by_chance)]
        up = [self._share(most, other), self._share(mine, other_least), max(by_chance)]
        low = share - hypot(*(max(0.0, share - one) for one in down))
        high = share + hypot(*(max(0.0, one - share) for one in up))
        return (max(low, 0.0) if self._is_shown(variance, tail) else 0.0), min(high, 1.0)

    def _share(self, mine: float, others: float) -> float:
        return mine / (mine + others + self.n)

    def _share_at(self, variance: float) -> float:
        return self._share(_noncentrality(self.part, variance), _noncentrality(self.others, variance))

    def _is_shown(self, variance: float, alpha: float) -> bool:
        df = self.part.df
        return bool(df) and float(fdtrc(df, self.within.df, self.part.sum / df / variance)) <= alpha


def noncentrality_bounds(x: float, df: int, tail: float) -> tuple[float, float]:
    """Give the interval of the noncentrality of chi-squared that came out as x; `tail` is left out on each side."""
    return (_noncentral(x, df, 1 - tail), _noncentral(x, df, tail)) if df else (0.0, 0.0)


def _noncentral(x: float, df: int, p: float) -> float:
    """Give the noncentrality at which at most x comes out with the probability p; 0 where that is less likely at any.

    For large x by sqrt(x - h) ~ normal(sqrt(lambda + h), 1), h = (df - 1) / 2.
    """
    if chdtr(df, x) <= p:
        return 0.0
    if x < _EXACT_BELOW:
        return float(chndtrinc(x, df, p))
    half = (df - 1) / 2
    return float(max(0.0, (sqrt(x - half) - ndtri(p)) ** 2 - half))
