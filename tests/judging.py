"""Worked values, random sweeps, and an oracle: the rules of the decision once more, as plain loops."""

from __future__ import annotations

import math
import random
from statistics import fmean, variance

from scipy import stats

from nnexp.statistics.decision import Results

# Worked values: three settings that lose no run, and the book's weights, which do.
A = Results([97.9, 97.8, 97.7, 98.0, 97.85])
B = Results([97.3, 97.15, 97.25, 97.2, 97.3])
C = Results([97.9, 97.75, 97.6, 97.95, 97.8])
N100 = Results([97.0, 96.9], [88.1, 87.6, 78.9])
N60 = Results([96.3, 96.2, 96.4], [87.2, 86.9])
N30 = Results([95.5, 95.4, 95.6, 95.3], [86.4])

Sweep = dict[
    str, tuple[list[float], list[float]]
]  # of each setting: the results of its good runs, and of its lost ones


def random_sweep(rng: random.Random) -> Sweep:
    """Make up a sweep: equal settings or a ladder, few seeds or many, lost runs, ties, one that never works."""
    names = rng.sample(["A", "B", "C", "30", "100", "1e3", "x y", "ü", "D", "E"], rng.choice([2, 3, 3, 6, 10]))
    step, spread = rng.choice([0.0, 0.1, 0.5, 2.0]), rng.choice([0.0, 0.1, 0.3])
    risk, seeds = rng.choice([0.0, 0.0, 0.1, 0.4, 0.7]), rng.choice([1, 2, 3, 5, 8])
    sweep: Sweep = {}
    for place, name in enumerate(names):
        n = seeds if rng.random() < 0.6 else rng.choice([1, 2, 3, 7])
        good = [round(97 - step * place + rng.gauss(0, spread), rng.choice([1, 2])) for _ in range(n)]
        lost = [round(88 - 5 * rng.random(), 2) for _ in good if rng.random() < risk]
        sweep[name] = (good[len(lost) :], lost)
    if rng.random() < 0.15:
        sweep[names[0]] = ([], [80 + rng.random() for _ in range(rng.choice([1, 3, 5]))])
    return sweep


def oracle(sweep: Sweep, alpha: float = 0.05, resolution: float = 0.01) -> dict[str, dict]:
    """Decide by the formulas."""
    if all(len(good) < 2 for good, _ in sweep.values()):
        sweep = {name: ([*good, *lost], []) for name, (good, lost) in sweep.items()}
    K, least = len(sweep), resolution**2 / 12
    lost_any = any(lost for _, lost in sweep.values())
    alpha_level = alpha * 3 / 5 if lost_any else alpha
    g = {i: len(good) for i, (good, _) in sweep.items()}
    n = {i: len(good) + len(lost) for i, (good, lost) in sweep.items()}
    m = {i: fmean(good) for i, (good, _) in sweep.items() if good}
    nu = {i: max(g[i] - 1, 0) for i in sweep}
    s2 = {i: variance(good) if len(good) > 1 else 0.0 for i, (good, _) in sweep.items()}
    N = sum(nu.values())
    s02 = max(sum(nu[i] * s2[i] for i in sweep) / N, least) if N else least
    u = {i: max(s2[i], (4 * s02 + nu[i] * s2[i]) / (4 + nu[i])) / g[i] for i in m}

    def bound(i: str, j: str, error: float) -> float:
        df = (u[i] + u[j]) ** 2 / (u[i] ** 2 / (4 + nu[i]) + u[j] ** 2 / (4 + nu[j]))
        return float(stats.t.isf(error, min(N, df))) * math.sqrt(u[i] + u[j]) if N else math.nan

    def better(i: str, j: str) -> bool:
        return i in m and j in m and m[j] - m[i] > bound(i, j, alpha_level / (K - 1))

    def mean_better(i: str, j: str) -> bool:
        if not lost_any or min(n[i], n[j]) < 2:
            return False
        x, y = [*sweep[i][0], *sweep[i][1]], [*sweep[j][0], *sweep[j][1]]
        v, w = max(variance(x), least) / n[i], max(variance(y), least) / n[j]
        df = (v + w) ** 2 / (v**2 / (n[i] - 1) + w**2 / (n[j] - 1))
        return fmean(y) - fmean(x) > float(stats.t.isf(alpha * 2 / 5 / (K - 1), df)) * math.sqrt(v + w)

    found = {}
    level_set = [i for i in sweep if not any(better(i, j) for j in sweep if j != i)]
    for i in sweep:
        others = [j for j in sweep if j != i]
        by_level = [
            j for j in others if better(i, j) and not sweep[j][1] and (n[j] >= 5 or not lost_any)
        ]  # fmt: skip
        by_mean = [j for j in others if mean_better(i, j)]
        behind: list[float | None] = [None, None, None]
        if i in m:
            rivals = [j for j in others if j in m]
            high = [m[j] - m[i] + bound(i, j, alpha_level / (K - 1)) for j in rivals if j in level_set]
            low = [m[j] - m[i] - bound(i, j, alpha / (K * (K - 1))) for j in rivals]
            behind = [max(0.0, *(m[j] - m[i] for j in m)), max([0.0, *low]), max([0.0, *high])]
            if not N:
                behind[1:] = [None, None]
        found[i] = {"reason": "level" if by_level else "mean" if by_mean else None, "behind": behind}
        found[i]["rivals"] = by_level or by_mean
    return found


def clopper_pearson(count: int, runs: int) -> tuple[float, float]:
    """Give the interval of a share by SciPy; one-sided where nothing was lost."""
    if count == 0:
        return 0.0, float(1 - 0.05 ** (1 / runs))
    found = stats.binomtest(count, runs).proportion_ci(0.95, method="exact")
    return float(found.low), float(found.high)
