"""A decision, and what was found beside it, as a program reads it: in full precision, None for the unknown."""

from __future__ import annotations

from math import isfinite

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.price import PriceOfChoosing
from nnexp.comparison.requirement import Requirement
from nnexp.comparison.times import TimeRatio
from nnexp.statistics.decision import Decision
from nnexp.statistics.interval import Interval
from nnexp.statistics.variance_shares import VarianceShares

Record = dict[str, object]


def decision_record(found: Decision) -> Record:
    """Give the settings that may be the best, and why and by whom each other is ruled out."""
    out = {name: found.standings[name] for name in found.ruled_out}
    return {
        "may_be_best": found.may_be_best,
        "ruled_out": {name: {"reason": one.reason, "rival": one.rival} for name, one in out.items()},
    }


def further_record(comparison: Comparison) -> Record:
    """Give what mattered, what choosing cost, the ratio of times and what is required, each where there is any."""
    return {
        **(_mattered(comparison.mattered) if comparison.mattered else {}),
        **(_price(comparison.price) if comparison.price else {}),
        **(_time_ratio(comparison.time_ratio) if comparison.time_ratio else {}),
        **(_requirement(comparison.requirement) if comparison.requirement else {}),
    }


def _mattered(found: VarianceShares) -> Record:
    interactions = {"interactions": interval(found.interactions)} if found.interactions else {}
    shares = {
        "settings": {name: interval(share) for name, share in found.settings.items()},
        **interactions,
        "together": interval(found.together),
        "seeds": interval(found.chance),
        "balanced": found.is_balanced,
    }
    return {"what_mattered": shares}


def _price(found: PriceOfChoosing) -> Record:
    content = {
        "setting": found.label,
        "among": found.among,
        "seeds": found.seeds,
        "reported": interval(found.reported),
        "flattery": interval(found.flattery),
    }
    return {"price_of_choosing": content}


def _time_ratio(found: TimeRatio) -> Record:
    return {"time_ratio": {"setting": found.label, "other": found.other, "times": interval(found.times)}}


def _requirement(found: Requirement) -> Record:
    content = {
        "at_least": found.at_least,
        "shown_at_least": {name: known(bound) for name, bound in found.bounds.items()},
        "reached": found.reached,
        "in_good_runs": found.in_good_runs,
        "then": found.then,
        "cheapest": found.cheapest,
        "seconds": interval(found.seconds),
        "as_cheap": found.as_cheap,
    }
    return {"requirement": content}


def interval(one: Interval, factor: float = 1.0) -> Record:
    """Give an estimate and its bounds, in another unit if a factor is given."""
    return {name: known(factor * getattr(one, name)) for name in ("estimate", "low", "high")}


def known(value: float) -> float | None:
    """Give a number; None for one that is unknown."""
    return value if isfinite(value) else None
