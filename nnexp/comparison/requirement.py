"""What a person requires of a setting, such as 97 % at the least; and, of those shown to reach it, the cheapest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite, isnan
from statistics import fmean

from nnexp.comparison.times import Seconds
from nnexp.comparison.verdict import Verdict
from nnexp.errors import ConfigError
from nnexp.measure import Measure
from nnexp.statistics.attainment import lower_bounds
from nnexp.statistics.estimates import mean_interval
from nnexp.statistics.interval import UNKNOWN, Interval
from nnexp.statistics.ratio import ratio


class Then(StrEnum):
    """By what to choose among the settings that reach what is required."""

    TIME = "time"


@dataclass(frozen=True)
class Requirement:
    """What is required, who is shown to reach it, and who of them takes the least time."""

    at_least: float  # in the unit of the measure; where less is better, at most
    bounds: Mapping[str, float]  # of each configuration, what its level is at the least, shown for all at once
    reached: tuple[str, ...]  # the best level first
    in_good_runs: tuple[str, ...] = ()  # whose level reaches it, but who lose runs, or have too few to say so
    then: Then | None = None
    cheapest: str | None = None  # None if none reaches it, or if their times cannot be set side by side
    seconds: Interval = UNKNOWN  # of a run of the cheapest
    as_cheap: tuple[str, ...] = ()  # those of the others that are not shown to take longer


def required(at_least: float | None, then: str | None, measure: Measure) -> tuple[float, Then | None] | None:
    """Check what is required, and give it in the unit of the measure.

    Raises
    ------
    ConfigError
        If it is none that could be reached, or if there is nothing by which to choose.
    """
    if then is not None and then not in [*Then]:
        raise ConfigError(f"then must be time, but got {then!r}")
    if at_least is None:
        if then is not None:
            raise ConfigError("then chooses among the settings that reach what at_least names; give it too")
        return None
    if not isfinite(at_least) or (measure.is_fraction and not 1 <= at_least <= 100):
        range_ = "from 1 to 100 (97 for 97 %)" if measure.is_fraction else "a number"
        raise ConfigError(f"at_least must be {range_}, but got {at_least:g}")
    return at_least / measure.factor, Then(then) if then else None


def requirement(verdict: Verdict, measure: Measure, wanted: tuple[float, Then | None], seconds: Seconds) -> Requirement:
    """Find who is shown to reach what is wanted, and lost no run (of 5 or more, where any was lost)."""
    at_least, then = wanted
    found, sign = verdict.decision, 1 if measure.higher_is_better else -1
    bounds = lower_bounds(found, verdict.spent)
    ranked = [*found.may_be_best, *found.ruled_out]
    high = [name for name in ranked if bounds[name] >= sign * at_least]
    reached = tuple(name for name in high if found.is_clean(name))
    shown = {name: _in_range(sign * bounds[name], measure) for name in ranked}
    unsure = tuple(name for name in high if name not in reached)
    known = {name: seconds[name] for name in reached if seconds.get(name)} if then else {}
    answer = Requirement(at_least, shown, reached, unsure, then)
    return _with_cheapest(answer, known, verdict.alpha) if reached and len(known) == len(reached) else answer


def _with_cheapest(answer: Requirement, seconds: Seconds, alpha: float) -> Requirement:
    """Add who takes the least time, and who of the others may take as little."""
    cheapest = min(seconds, key=lambda name: (fmean(seconds[name]), name))
    low, high = mean_interval(seconds[cheapest])
    others = [name for name in seconds if name != cheapest]
    longer = {name: ratio(seconds[name], seconds[cheapest], alpha / len(others)).low > 1 for name in others}
    return replace(
        answer,
        cheapest=cheapest,
        seconds=Interval(fmean(seconds[cheapest]), max(low, 0.0), high),
        as_cheap=tuple(name for name in others if not longer[name]),
    )


def _in_range(bound: float, measure: Measure) -> float:
    if isnan(bound) or not measure.is_fraction:
        return bound
    return min(max(bound, 0.0), 1.0)
