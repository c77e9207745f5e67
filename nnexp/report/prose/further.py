"""What follows a decision, a sentence each: what mattered, what choosing cost, the time, and what was required."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, isnan

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.price import PriceOfChoosing
from nnexp.comparison.requirement import Requirement
from nnexp.comparison.times import TimeRatio
from nnexp.measure import Measure, count, show_seconds
from nnexp.report.prose.finding import MOST_NAMES, listed
from nnexp.report.prose.lost import lost_by
from nnexp.statistics.interval import Interval
from nnexp.statistics.variance_shares import VarianceShares

NOTHING = 0.02  # of the variation: interactions that explain no more are none to speak of
LITTLE = 0.05


def tell_further(comparison: Comparison) -> Iterator[str]:
    """Say what there is to say beside the answer; what cannot be told is not mentioned, unless it was asked for."""
    measure, beside = comparison.measure, comparison.reported
    if comparison.requirement:
        yield _required(comparison.requirement, measure)
    if comparison.price and beside:
        yield _price(comparison.price, measure, beside, lost_by(comparison) or "run")
    if comparison.time_ratio:
        yield _time(comparison.time_ratio)
    if comparison.mattered:
        lost = any(one.results.lost for one in comparison.configurations)
        yield _mattered(comparison.mattered, good=" in the runs that were not lost" if lost else "")


def _mattered(found: VarianceShares, good: str) -> str:
    """Say what decides: eta decides (71 % of the variation), hidden adds 20 %, they do not interact."""
    first, *others = found.settings.items()
    if not any(share.low for share in (found.together, *found.settings.values())):
        least = _percent(found.chance.low)
        if not round(100 * found.chance.low):
            return f"What mattered{good} cannot be told: these runs are too few."
        more = "" if least == _percent(1) else ", or more"
        return f"Nothing is seen to matter{good}: chance explains {least} of the variation{more}."
    said = [_first(*first), *_others(dict(others)), *_interactions(found)]
    seeds = f"; the rest, {_percent(found.chance.estimate)}, is chance" if round(100 * found.chance.estimate) else ""
    balance = "" if found.is_balanced else " (type II, as the grid is not balanced: the shares need not add up)"
    return f"What mattered{good}: {', '.join(said)}{seeds}{balance}."


def _first(name: str, share: Interval) -> str:
    if not share.low:
        return f"no setting is seen to matter alone (at most {_percent(share.high)})"
    verb = "decides" if share.low > 0.5 else "explains most"
    return f"{name} {verb} ({_percent(share.estimate)} of the variation)"


def _others(shares: dict[str, Interval]) -> Iterator[str]:
    seen = [name for name, share in shares.items() if share.low]
    unseen = [name for name in shares if name not in seen]
    yield from (f"{name} adds {_percent(shares[name].estimate)}" for name in seen[:MOST_NAMES])
    if unseen:
        most = max(shares[name].high for name in unseen)
        yield f"{listed(unseen)} {'add' if len(unseen) > 1 else 'adds'} nothing that is seen (at most {_percent(most)})"


def _interactions(found: VarianceShares) -> Iterator[str]:
    share = found.interactions
    if share is None:
        return
    if share.high <= NOTHING:
        yield "they do not interact" if not share.low else f"they hardly interact ({_percent(share.estimate)})"
    elif share.high <= LITTLE:
        yield f"they hardly interact (at most {_percent(share.high)})"
    elif share.low:
        yield f"they interact ({_percent(share.estimate)})"
    else:
        yield f"whether they interact is open (at most {_percent(share.high)})"


def _price(found: PriceOfChoosing, measure: Measure, beside: Measure, lost: str) -> str:
    """Say what the chosen setting has on what did not choose it, and how much what chose it flatters."""
    reached = f"{found.label}, the first of {found.among} by {measure.label}, has {_value(beside, found.reported)}"
    over = f"over {count(found.seeds, 'seed')}" + (f" that lost no {lost}" if found.lost else "")
    return f"{reached} {beside.label} {over}; {_flattery(found.flattery, measure)}."


def _flattery(one: Interval, measure: Measure) -> str:
    if one.low <= 0 <= one.high:
        size = measure.gap(one.estimate, one.low, one.high)
        return f"that the {measure.label} flatters it is not shown ({size})"
    if one.low > 0:
        return f"the {measure.label} flatters it by {measure.gap(one.estimate, one.low, one.high)}"
    return f"the {measure.label} does not flatter it: it is {measure.gap(-one.estimate, -one.high, -one.low)} worse"


def _value(measure: Measure, one: Interval) -> str:
    bounds = f" [{measure.show(one.low)}, {measure.show(one.high)}]" if isfinite(one.low) else ""
    return f"{measure.show(one.estimate)}{' %' if measure.is_fraction else ''}{bounds}"


def _time(found: TimeRatio) -> str:
    where = "in one launch on one machine"
    if found.is_same:
        return f"{found.label} takes the same time as {found.other}, within a tenth, {where}."
    times = f"{_times(found.times.estimate)} times [{_times(found.times.low)}, {_times(found.times.high)}]"
    return f"{found.label} takes {times} the time of {found.other}, {where}."


def _times(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def _required(found: Requirement, measure: Measure) -> str:
    """Say who is shown to reach what is required, and who of them is the cheapest."""
    order = "least" if measure.higher_is_better else "most"
    goal = f"{measure.show_goal(found.at_least)} at the {order}"
    if not found.reached:
        return f"No setting is shown to reach {goal}{_nearest(found, measure)}."
    names = listed(found.reached)
    shown = f"{names} {'is' if len(found.reached) == 1 else 'are'} shown to reach {goal}"
    if found.then is None:
        return f"{shown}."
    if found.cheapest is None:
        return f"{shown}; which is the cheapest cannot be told: their runs are not of one launch on one machine."
    low, high = found.seconds.low, found.seconds.high
    bounds = f" [{show_seconds(low)}, {show_seconds(high)}]" if isfinite(low) else ""
    cost = f"{show_seconds(found.seconds.estimate)} s{bounds} a run"
    if len(found.reached) == 1:
        return f"Only {shown}: {cost}."
    others = f"; {listed(found.as_cheap)} may be as cheap" if found.as_cheap else ""
    return f"{shown}; the cheapest is {found.cheapest}: {cost}{others}."


def _nearest(found: Requirement, measure: Measure) -> str:
    """Say how much is shown of the one of which most is shown."""
    known = {name: bound for name, bound in found.bounds.items() if not isnan(bound)}
    if not known:
        return ": no level has a spread to judge by"
    if found.in_good_runs:
        return f"; {listed(found.in_good_runs)} would, but may lose runs: some were lost, or there are too few to say"
    best = (max if measure.higher_is_better else min)(known, key=lambda name: known[name])
    bound, unit = measure.show(known[best]), " %" if measure.is_fraction else ""
    return f": most is shown of {best}, {bound}{unit} at the {'least' if measure.higher_is_better else 'most'}"


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"
