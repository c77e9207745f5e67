"""What choosing among settings costs: the chosen one as it is reported, and by how much what chose it flatters it.

Whoever takes the best of many on the validation set takes some luck with it; the test set did not choose, and has none.
The gap of both is over seeds, for these two sets of examples: other examples would move it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from statistics import fmean

from nnexp.comparison.deciding import Deciding
from nnexp.comparison.groups import Group
from nnexp.measure import Measure
from nnexp.statistics.estimates import mean_interval
from nnexp.statistics.interval import Interval


@dataclass(frozen=True)
class PriceOfChoosing:
    """The chosen configuration over its good seeds; the bounds of what is reported may be unknown (nan)."""

    label: str
    among: int  # configurations
    seeds: int
    lost: int  # seeds of which a run was lost: they do not count here
    reported: Interval  # such as its accuracy on the test set
    flattery: Interval  # by how much better it looks by what chose it


def price_of_choosing(
    chosen: Group, told: Group, decides: Deciding, beside: Measure, among: int
) -> PriceOfChoosing | None:
    """Set what chose a configuration against what is reported of it.

    None where the two are not of one kind, and where there is no interval: with one seed, or none that differ.
    """
    measure = decides.measure
    of_one_kind = (measure.noun, measure.unit, measure.better) == (beside.noun, beside.unit, beside.better)
    if decides.is_reported_only or measure.name == beside.name or not of_one_kind:
        return None
    seeds = [seed for seed in chosen.per_seed if seed in told.per_seed and seed not in chosen.lost]
    sign = 1 if measure.higher_is_better else -1
    reported = [told.per_seed[seed] for seed in seeds]
    gaps = [sign * (chosen.per_seed[seed] - told.per_seed[seed]) for seed in seeds]
    flattery = _mean(gaps, -1.0, beside)
    if isnan(flattery.low):
        return None
    return PriceOfChoosing(
        label=chosen.label,
        among=among,
        seeds=len(seeds),
        lost=len(chosen.lost),
        reported=_mean(reported, 0.0, beside),
        flattery=flattery,
    )


def _mean(values: Sequence[float], least: float, measure: Measure) -> Interval:
    """Give a mean with its interval, which ends where fractions, or their differences, do."""
    low, high = mean_interval(values)
    if measure.is_fraction and not isnan(low):
        low, high = max(low, least), min(high, 1.0)
    return Interval(fmean(values) if values else nan, low, high)
