"""The answer of a sweep in words: which settings may be the best, what speaks against the others, what would settle it.

`tell_answer` gives its first line, `tell_details` what does not fit into that. Both know no runs and no table.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, isnan, log
from statistics import median_low

from nnexp.measure import count, show_p
from nnexp.report.prose.finding import MOST_NAMES, Finding, listed
from nnexp.statistics.decision import CLEAN, LEVEL_SHARE, Reason
from nnexp.statistics.loss import loses_more
from nnexp.statistics.seeds import FEWEST, MOST_SEEDS, visible_gap

MOST_UNKNOWN = 3  # settings of which it is said one by one that their level is unknown
SURE = 0.05  # how rarely as many tries as are called safe may all fail


def tell_answer(found: Finding) -> str:
    """Give the first line of an answer."""
    standings = found.decision.standings
    most = max(one.runs for one in standings.values())
    if len(standings) == 1:
        return f"Nothing to compare: {next(iter(standings))} is the only setting."
    if most == 1:
        return f"One seed shows nothing of chance; run at least {FEWEST} ({CLEAN} where runs are lost)."
    few = f" Two seeds show little of chance; run at least {FEWEST}." if most < FEWEST else ""
    return _answer(found) + few


def tell_details(found: Finding) -> Iterator[str]:
    """Say who is worse by little, whose level is unknown, and what was done where no level could be told."""
    if found.decision.as_they_are:
        yield "No setting has two runs that were not lost, so lost runs were counted like any other."
        return
    for name in found.decision.ruled_out:
        one = found.decision.standings[name]
        if one.reason is Reason.LEVEL and one.behind.high <= found.margin and not one.lost:
            yield f"{name} is worse, but by at most {found.gap(one.behind.high)}: in practice as good."
    answer = tell_answer(found)
    left = found.decision.may_be_best
    unknown = [name for name in left if len(left) > 1 and _is_unknown(found, name)]
    if len(unknown) > MOST_UNKNOWN:
        yield f"The levels of {listed(unknown)} are unknown: too few of their runs are left without those lost."
        return
    for name in unknown:
        if _unknown(found, name) not in answer:
            yield _unknown(found, name)


def _answer(found: Finding) -> str:
    first, *rest = found.decision.may_be_best
    if not rest:
        return _winner_of_failing(found, first) if found.tells_loss else _winner(found, first)
    if all(_is_unknown(found, name) for name in rest):
        others = f"; {_others_out(found)}" if found.decision.ruled_out else ""
        unknown = " ".join(_unknown(found, name) for name in rest)
        return f"{listed([first, *rest], 'or')} may be best{others}. {unknown}"
    if found.decision.is_decided(found.margin):
        return _take(found, first, rest)
    safest = min(rest, key=lambda name: (_share_lost(found, name), -found.losses[name].runs))
    if found.tells_loss and _share_lost(found, safest) < _share_lost(found, first) and _shown_behind(found, first):
        return _level_against_loss(found, first, safest)
    return _several(found) if found.decision.ruled_out else _none_out(found)


def _winner(found: Finding, best: str) -> str:
    lead = found.decision.lead
    ahead = "" if isnan(lead.estimate) else f", {found.between(lead)} ahead of the next"
    return f"{best} is the best: {found.level(best)}{ahead}; {_others_out(found)}."


def _winner_of_failing(found: Finding, best: str) -> str:
    low, high = found.losses[best].interval
    runs = found.losses[best].runs
    clean = f"{count(runs, 'clean run')} leave{'s' if runs == 1 else ''} up to {_percent(high)} possible"
    bound = f"{_percent(low)} to {_percent(high)} of all" if found.losses[best].count else clean
    failing = next((name for name in found.decision.ruled_out if found.losses[name].count), None)
    others = f" {_failing(found, best, failing)}" if failing else ""
    if len(found.decision.ruled_out) > 1 or not failing:
        others += f" {_capital(_others_out(found))}."
    is_best = "is best on average, but" if _is_unknown(found, best) else f"is best: {found.level(best)}, and"
    return f"{best} {is_best} lost {found.lost_of(best)} ({bound}).{others}"


def _failing(found: Finding, best: str, name: str) -> str:
    gap = found.decision.standings[best].level - found.decision.standings[name].level
    lost = f"lost {found.lost_of(name)}"
    if isnan(gap):
        return f"{name} {lost}."
    if gap > found.margin:
        return f"{name} is {found.gap(gap)} behind even in {found.good_runs}, and {lost}."
    ahead = f"{found.gap(-gap)} ahead" if gap < -found.margin else "as good"
    return f"{name} is {ahead} in {found.good_runs}, but {lost}."


def _take(found: Finding, first: str, rest: list[str]) -> str:
    failing, high = [name for name in rest if found.losses[name].count], found.decision.standings[first].behind.high
    lost = [f"{name} lost {found.lost_of(name)}" for name in failing[:MOST_NAMES]]
    p = max((loses_more({one: found.losses[one] for one in (first, name)}, name) for name in failing), default=1.0)
    if failing == rest and p <= found.spent and all(found.decision.is_within(name, found.margin) for name in rest):
        shown = show_p(p) if p < 1e-4 else f"= {show_p(p)}"
        level = f"{listed([first, *rest])} are level (within {found.measure.factor * found.margin:g})"
        return f"{level}, but {', '.join(lost)}, {first} {'in ' if found.lost else ''}none (p {shown}): take {first}."
    others = "nothing else may be best" if found.decision.ruled_out else "none is ruled out"
    near = f"{first} is at most {found.gap(high)} from the best" if high > 0 else f"{first} has the best level"
    take = f"; {', '.join(lost)}: take {first}" if lost else ", so take it"
    return f"{listed([first, *rest], 'or')}: {others}; {near}{take}."


def _level_against_loss(found: Finding, first: str, safest: str) -> str:
    """Tell of a setting whose level is the best of those left, but which loses runs, so that it rules nobody out."""
    standings, losses = found.decision.standings, found.losses
    shown = _shown_behind(found, first)
    place = "best" if len(shown) == len(standings) - 1 else "first"  # the levels of others may be as good
    nearest, *others = shown[:MOST_NAMES]
    if standings[first].behind.low > 0:  # the best level is out by its mean, and the gaps are those to it
        behind = [f"{name} {found.level(name)}" for name in (nearest, *others)]
    else:
        behind = [f"{nearest} is {found.between(standings[nearest].behind)} behind"]
        behind += [f"{name} {found.between(standings[name].behind)}" for name in others]
    tries = max(2, ceil(log(SURE) / log(_share_lost(found, first))))
    return (
        f"{_out(found)}: {first} is {place} in {found.good_runs} ({found.level(first)}; {', '.join(behind)}), but lost "
        f"{found.lost_of(first)} against {losses[safest].count} of {losses[safest].runs} for {safest}. For one run "
        f"nobody can tell; with several tries keep {first} (about {tries} tries are safe, if "
        "it loses no more than here)."
    )


def _several(found: Finding) -> str:
    left, out = found.decision.may_be_best, found.decision.ruled_out
    standings = [found.decision.standings[name] for name in out]
    by_level = all(one.reason is Reason.LEVEL for one in standings)
    least = found.gap(min(one.behind.estimate for one in standings)) if by_level else ""
    far = f" ({least} behind{' or more' if len(out) > 1 else ''})" if by_level else ""
    names = ", ".join(left) if len(left) <= MOST_NAMES else listed(left)
    return f"{len(left)} of {len(left) + len(out)} may be best: {names}; {_out(found)}{far}. {_more(found)}"


def _none_out(found: Finding) -> str:
    first, *rest = found.decision.may_be_best
    if found.losses[first].count and found.tells_loss:
        why = f"{first} has the best level ({found.level(first)}), but lost {found.lost_of(first)}"
        alike = (
            name for name in rest if found.decision.is_clean(name) and found.decision.is_within(name, found.margin)
        )
        if clean := next(alike, None):
            high = found.gap(found.decision.standings[clean].behind.high)
            why += f"; {clean} is at most {high} behind, and lost {found.lost_of(clean)}"
    elif found.tells_loss and not found.decision.is_clean(first):
        why = f"where runs are lost, a level counts from {CLEAN} runs on, none of them lost"
    else:
        why = f"with {found.seeds} a gap below {found.gap(_unseen(found))} cannot be seen"
    return f"{_out(found)}: {why}. {_more(found)}"


def _unseen(found: Finding) -> float:
    """Give the gap of two typical settings that so many seeds would probably not show."""
    known = [one for name, one in found.decision.standings.items() if not _is_unknown(found, name)]
    variances = 2 * sum(one.variance for one in known) / len(known)
    alpha = found.spent * (LEVEL_SHARE if found.tells_loss else 1) / (len(found.losses) - 1)
    return visible_gap(variances, max(2, median_low(one.runs for one in known)), len(found.losses), alpha)


def _more(found: Finding) -> str:
    remedy = f": {found.remedy}" if found.remedy else ""
    if found.more is None:
        return f"More than {MOST_SEEDS} seeds would be needed to settle it."
    whom = f"these {len(found.decision.may_be_best)}" if found.decision.ruled_out else "each"
    return f"About {count(found.more, 'more seed')} of {whom} would settle it{remedy}."


def _others_out(found: Finding) -> str:
    out = found.decision.ruled_out
    who = f"{out[0]} is" if len(out) == 1 else f"the other {len(out)} are"
    error = " so far" if found.so_far else f", {_percent(found.alpha)} error for all of it"
    return f"{who} ruled out ({found.seeds}{error})"


def _out(found: Finding) -> str:
    out = found.decision.ruled_out
    return f"{listed(out)} {'is' if len(out) == 1 else 'are'} ruled out" if out else "No setting is ruled out"


def _shown_behind(found: Finding, first: str) -> list[str]:
    """Name those whose level is shown to lie behind that of the first, and that are still left."""
    left, standings = found.decision.may_be_best, found.decision.standings
    own = standings[first].behind  # it may lie behind one that is out by its mean
    farthest = own.high if own.low > 0 else 0.0
    return [name for name in left if name != first and standings[name].behind.low > farthest]


def _share_lost(found: Finding, name: str) -> float:
    return found.losses[name].count / found.losses[name].runs


def _is_unknown(found: Finding, name: str) -> bool:
    return isnan(found.decision.standings[name].level)


def _unknown(found: Finding, name: str) -> str:
    lacking = CLEAN - found.losses[name].runs
    more = f"; {count(lacking, 'more seed')} would tell" if lacking > 0 else ""
    is_rival = any(one.rival == name for one in found.decision.standings.values())  # by its average
    apart = "" if is_rival else " and it is not counted among the rivals"
    return f"{name} lost {found.lost_of(name)}; its level is unknown{apart}{more}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else f"{100 * share:.1g} %"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
