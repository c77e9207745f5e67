"""A comparison as tables of words, ready to be drawn in a terminal, on a page or in a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.summary import Sample, Summary
from nnexp.comparison.verdict import Verdict
from nnexp.measure import NOTHING, Measure, show_seconds
from nnexp.statistics.decision import Interval, Standing

MOST_ROWS = 25  # more are for --csv and --json

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Words in rows; the first `names` columns name the row, the others hold figures."""

    title: str
    columns: Row
    rows: tuple[Row, ...]
    names: int


def tables(comparison: Comparison) -> list[Table]:
    """Give the two tables of a comparison: how good each configuration is, and what it takes."""
    if not comparison.configurations:
        return []
    return [_quality(comparison), _effort(comparison)]


def shown(comparison: Comparison) -> tuple[Summary, ...]:
    """Pick the configurations that are listed: the best."""
    return comparison.configurations[:MOST_ROWS]


def _quality(comparison: Comparison) -> Table:
    measure, beside = comparison.measure, _reported_beside(comparison)
    lost = any(one.loss and one.loss.count for one in comparison.configurations)
    columns = ["seeds", measure.column]
    columns += ["lost [95 %]", "median", "worst"] if lost else ["worst"]
    columns += ["behind [95 %]", ""] if comparison.verdict else []
    columns += [beside.column] if beside else []
    rows = []
    for one in shown(comparison):
        row = [str(len(one.seeds)), _mean(measure, one.level)]
        row += [_lost(one), measure.show(one.median)] if lost else []
        row += [measure.show(one.worst)]
        row += _standing(comparison.verdict, measure, one) if comparison.verdict else []
        row += [_mean(beside, one.reported)] if beside else []
        rows.append(row)
    level = "mean ± standard deviation over seeds" + (" that lost no run" if lost else "")
    return _table(comparison, f"How good: {level}, best {measure.label} first", columns, rows)


def _effort(comparison: Comparison) -> Table:
    columns = ["best epoch", "s an epoch", "s a run"]
    target = comparison.target
    columns += [f"to {target.measure.show_goal(target.value)}"] if target else []
    rows = []
    for one in shown(comparison):
        row = [_best_epoch(one), show_seconds(one.epoch_seconds), show_seconds(one.run_seconds)]
        row += [_reach(one)] if target else []
        rows.append(row)
    return _table(comparison, "What it takes: means over runs, the best epoch with its (median)", columns, rows)


def _table(comparison: Comparison, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    names = comparison.by or ("setting",)
    best = shown(comparison)
    heads = [one.values or (one.label,) for one in best]
    filled = tuple((*head, *row) for head, row in zip(heads, rows, strict=True))
    if len(best) < len(comparison.configurations):
        title += f" ({len(best)} of {len(comparison.configurations)} settings)"
    return Table(title, (*names, *columns), filled, len(names))


def _reported_beside(comparison: Comparison) -> Measure | None:
    """Find what is reported beside what decides, if that is another metric and any run has it."""
    beside = comparison.reported
    if beside is None or beside.name == comparison.measure.name:
        return None
    return beside if any(one.reported.n for one in comparison.configurations) else None


def _mean(measure: Measure, sample: Sample) -> str:
    return measure.show(sample.mean) + (f" ± {measure.show(sample.sd)}" if isfinite(sample.sd) else "")


def _lost(one: Summary) -> str:
    if one.loss is None:
        return NOTHING
    low, high = one.loss.interval
    what = f": {', '.join(one.lost)}" if one.lost else ""
    return f"{one.loss.count} of {one.loss.runs} [{low:.0%}, {high:.0%}]{what}".replace("%", " %")


def _standing(verdict: Verdict, measure: Measure, one: Summary) -> list[str]:
    """Write by how much a level lies behind the best, and what rules the configuration out."""
    standing = verdict.decision.standings[one.label]
    return [_behind(measure, standing.behind, is_out=standing.reason is not None), _out(standing)]


def _behind(measure: Measure, behind: Interval, *, is_out: bool) -> str:
    if not isfinite(behind.high):
        return measure.show(behind.estimate)
    bounds = f"{measure.show(behind.low)}, {measure.show(behind.high)}"
    return f"{measure.show(behind.estimate)} {'(' if is_out and not behind.low else '['}{bounds}]"


def _out(standing: Standing) -> str:
    return f"out: {standing.reason}" if standing.reason else "may be best"


def _best_epoch(one: Summary) -> str:
    mean, median = one.best_epoch_mean, one.best_epoch_median
    if isnan(mean):
        return NOTHING
    return f"{mean:.3g}" if len(one.runs) == 1 else f"{mean:.1f} ({median:.3g})"


def _reach(one: Summary) -> str:
    found = one.reach
    if found is None or not found.reached:
        return "never"
    share = f" ({found.reached} of {found.runs})" if found.reached < found.runs else ""
    if not isfinite(found.epochs):
        return f"never{share}"
    return f"{found.epochs:.3g} epochs, {show_seconds(found.seconds)} s{share}"
