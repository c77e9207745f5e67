"""Differences between settings: paired over the seeds they share, corrected for their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from nnexp.comparison.groups import Group
from nnexp.statistics.estimates import ALPHA, FEWEST, Estimate, holm, paired, seeds_needed, welch


@dataclass(frozen=True)
class Contrast:
    """How far a setting is from another. `p` is corrected for the `tests` made; the estimate's own p is not."""

    setting: str
    baseline: str
    estimate: Estimate
    p: float
    tests: int
    more_seeds: int | None  # how many more, of each setting, would settle it; None: none, past 1,000, or not to be told

    @property
    def is_real(self) -> bool:
        """Whether chance is ruled out: a corrected p below 0.05. Never so without a test."""
        return self.p < ALPHA

    @property
    def is_tested(self) -> bool:
        """Whether there were seeds enough, and a spread, for a test."""
        return not isnan(self.p)


def differences(baseline: Group, others: Sequence[Group]) -> tuple[Contrast, ...]:
    """Compare each of the others with the baseline, the p-values corrected by Holm's method."""
    estimates = [estimate(baseline, other) for other in others]
    corrected = holm([one.p for one in estimates])
    tests = sum(not isnan(p) for p in corrected)
    return tuple(
        _difference(baseline, other, one, p, tests) for other, one, p in zip(others, estimates, corrected, strict=True)
    )


def lead(best: Group, next_best: Group, rivals: int) -> Contrast:
    """Compare the best with the next best of several rivals, the p-value corrected for all it was chosen from.

    To be made only once the best has beaten the baseline, so that where nothing differs no second chance is given.
    """
    found = _difference(next_best, best, estimate(next_best, best), 0.0, rivals)
    return replace(found, p=min(1.0, rivals * found.estimate.p) if not isnan(found.estimate.p) else found.estimate.p)


def estimate(a: Group, b: Group) -> Estimate:
    """Estimate b - a: paired where three seeds or more are shared, or where too few would be left unpaired."""
    pairs = [pair for unit in a.units if (pair := _pair(a, b, unit)) is not None]
    if len(pairs) >= FEWEST or (pairs and min(len(a.units), len(b.units)) < FEWEST):
        return paired(*zip(*pairs, strict=True))
    return welch(a.per_unit, b.per_unit)


def _pair(a: Group, b: Group, unit: str) -> tuple[float, float] | None:
    """Give both values of a seed, over the combinations of the other settings that both settings have."""
    mine, yours = a.units[unit], b.units.get(unit, {})
    shared = mine.keys() & yours.keys()
    if not shared:
        return None
    return float(np.mean([mine[rest] for rest in shared])), float(np.mean([yours[rest] for rest in shared]))


def _difference(baseline: Group, other: Group, found: Estimate, p: float, tests: int) -> Contrast:
    needed = (
        None if isnan(found.effect) or p < ALPHA else seeds_needed(found.effect, found.method, ALPHA / max(tests, 1))
    )
    more = None if needed is None else max(needed - found.n, FEWEST - found.n, 1)
    return Contrast(other.label, baseline.label, found, p, tests, more)
