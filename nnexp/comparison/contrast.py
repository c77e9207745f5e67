"""Differences between configurations: paired over the seeds they share, corrected for their number; which one answers.

The procedure that decides stands here, its sentences in nnexp/report/prose/sentences.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from nnexp.comparison.groups import Group
from nnexp.measure import Measure
from nnexp.statistics.estimates import ALPHA, FEWEST, Estimate, holm, paired, seeds_needed, welch


@dataclass(frozen=True)
class Contrast:
    """How far a configuration is from another. `p` is corrected for the `tests` made; the estimate's own p is not."""

    configuration: str
    baseline: str
    estimate: Estimate
    p: float
    tests: int
    more_seeds: int | None  # how many more of each would settle it; None: none, past 1,000, or not to be told

    @property
    def is_real(self) -> bool:
        """Whether chance is ruled out: a corrected p below 0.05. Never so without a test."""
        return self.p < ALPHA

    def is_gain(self, measure: Measure) -> bool:
        """Tell whether it is the configuration that is ahead, and not the baseline."""
        return (self.estimate.difference > 0) == measure.higher_is_better

    @property
    def is_tested(self) -> bool:
        """Whether there were seeds enough, and a spread, for a test."""
        return not isnan(self.p)


def contrasts(baseline: Group, others: Sequence[Group]) -> tuple[Contrast, ...]:
    """Compare each of the others with the baseline, the p-values corrected by Holm's method."""
    estimates = [estimate(baseline, other) for other in others]
    corrected = holm([one.p for one in estimates])
    tests = sum(not isnan(p) for p in corrected)
    return tuple(
        _contrast(baseline, other, one, p, tests) for other, one, p in zip(others, estimates, corrected, strict=True)
    )


def headline(found: Sequence[Contrast], ranked: Sequence[str], measure: Measure) -> Contrast | None:
    """Choose the one that answers: the best to beat the baseline for certain, or else the best as it stands.

    `ranked` names the configurations, best first.
    """
    winners = [one for one in found if one.is_real and one.is_gain(measure)]
    return min(winners or found, key=lambda one: ranked.index(one.configuration), default=None)


def lead(
    groups: Sequence[Group], found: Sequence[Contrast], ranked: Sequence[str], baseline: Group, measure: Measure
) -> Contrast | None:
    """Compare the best with the next best, the p-value corrected for all rivals that the next best was chosen from.

    Made only once the best has beaten the baseline, so that where nothing differs no second chance is given; None
    otherwise, and where one of the two is the baseline.
    """
    if len(ranked) < 3 or baseline.label in ranked[:2]:
        return None
    best = next(one for one in found if one.configuration == ranked[0])
    if not (best.is_real and best.is_gain(measure)):
        return None
    named, rivals = {one.label: one for one in groups}, len(found) - 1
    first, second = named[ranked[0]], named[ranked[1]]
    made = _contrast(second, first, estimate(second, first), 0.0, rivals)
    return replace(made, p=min(1.0, rivals * made.estimate.p) if not isnan(made.estimate.p) else made.estimate.p)


def estimate(a: Group, b: Group) -> Estimate:
    """Estimate b - a: paired where three seeds or more are shared, or where too few would be left unpaired."""
    pairs = [pair for seed in a.seeds if (pair := _pair(a, b, seed)) is not None]
    if len(pairs) >= FEWEST or (pairs and min(len(a.seeds), len(b.seeds)) < FEWEST):
        return paired(*zip(*pairs, strict=True))
    return welch(a.per_seed, b.per_seed)


def _pair(a: Group, b: Group, seed: str) -> tuple[float, float] | None:
    """Give both numbers of a seed, over the combinations of the other settings that both have."""
    mine, yours = a.seeds[seed], b.seeds.get(seed, {})
    shared = mine.keys() & yours.keys()
    if not shared:
        return None
    return float(np.mean([mine[rest] for rest in shared])), float(np.mean([yours[rest] for rest in shared]))


def _contrast(baseline: Group, other: Group, found: Estimate, p: float, tests: int) -> Contrast:
    needed = (
        None if isnan(found.effect) or p < ALPHA else seeds_needed(found.effect, found.method, ALPHA / max(tests, 1))
    )
    more = None if needed is None else max(needed - found.n, FEWEST - found.n, 1)
    return Contrast(other.label, baseline.label, found, p, tests, more)
