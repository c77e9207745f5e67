"""What a comparison found beside its decision, as a program reads it: in full precision, None for the unknown."""

from __future__ import annotations

from math import isfinite

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.price import PriceOfChoosing
from nnexp.comparison.requirement import Requirement
from nnexp.comparison.times import TimeRatio
from nnexp.statistics.interval import Interval
from nnexp.statistics.variance_shares import VarianceShares

Record = dict[str, object]


def further_record(comparison: Comparison) -> Record:
    """Give what mattered, what choosing cost, the ratio of times and what is required, each where there is any."""
    return {
        **(_mattered(comparison.mattered) if comparison.mattered else {}),
        **(_price(comparison.price) if comparison.price else {}),
        **(_time_ratio(comparison.time_ratio) if comparison.time_ratio else {}),
        **(_requirement(comparison.requirement) if comparison.requirement else {}),
    }


def _mattered(found: VarianceShares) -> Record:
    interactions = {"interactions": _interval(found.interactions)} if found.interactions else {}
    shares = {
        "settings": {name: _interval(share) for name, share in found.settings.items()},
        **interactions,
        "together": _interval(found.together),
        "seeds": _interval(found.chance),
        "balanced": found.is_balanced,
    }
    return {"what_mattered": shares}


def _price(found: PriceOfChoosing) -> Record:
    content = {
        "setting": found.label,
        "among": found.among,
        "seeds": found.seeds,
        "reported": _interval(found.reported),
        "flattery": _interval(found.flattery),
    }
    return {"price_of_choosing": content}


def _time_ratio(found: TimeRatio) -> Record:
    return {"time_ratio": {"setting": found.label, "other": found.other, "times": _interval(found.times)}}


def _requirement(found: Requirement) -> Record:
    content = {
        "at_least": found.at_least,
        "shown_at_least": {name: _known(bound) for name, bound in found.bounds.items()},
        "reached": found.reached,
        "in_good_runs": found.in_good_runs,
        "then": found.then,
        "cheapest": found.cheapest,
        "seconds": _interval(found.seconds),
        "as_cheap": found.as_cheap,
    }
    return {"requirement": content}


def _interval(one: Interval) -> Record:
    return {"estimate": _known(one.estimate), "low": _known(one.low), "high": _known(one.high)}


def _known(value: float) -> float | None:
    return value if isfinite(value) else None
