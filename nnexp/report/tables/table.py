"""A comparison as tables of words, ready to be drawn in a terminal, on a page or in a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.summary import Sample, Summary
from nnexp.measure import NOTHING, Measure, show_p, show_seconds

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
    """Pick the configurations that are listed: the best, and always the baseline."""
    best, rest = comparison.configurations[:MOST_ROWS], comparison.configurations[MOST_ROWS:]
    return (*best, *(one for one in rest if one.label == comparison.baseline))


def _quality(comparison: Comparison) -> Table:
    measure = comparison.measure
    columns = ["seeds", measure.column, "95 % interval"]
    beside = _reported_beside(comparison)
    columns += [beside.column] if beside else []
    columns += ["difference [95 %]", "p"] if comparison.contrasts else []
    rows = []
    for one in shown(comparison):
        row = [str(one.decides.n), _mean(measure, one.decides), _interval(measure, one.decides)]
        row += [_mean(beside, one.reported)] if beside else []
        row += _difference(comparison, one) if comparison.contrasts else []
        rows.append(row)
    return _table(
        comparison, f"How good: mean ± standard deviation over seeds, best {measure.label} first", columns, rows
    )


def _effort(comparison: Comparison) -> Table:
    columns = ["best epoch", "s an epoch", "s a run"]
    target = comparison.target
    columns += [f"to {target.measure.show_goal(target.value)}"] if target else []
    dead = any(one.never_predicted and one.never_predicted.runs for one in comparison.configurations)
    columns += ["never predicted"] if dead else []
    rows = []
    for one in shown(comparison):
        row = [_best_epoch(one), show_seconds(one.epoch_seconds), show_seconds(one.run_seconds)]
        row += [_reach(one)] if target else []
        row += [_never(one)] if dead else []
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


def _interval(measure: Measure, sample: Sample) -> str:
    return f"[{measure.show(sample.low)}, {measure.show(sample.high)}]" if isfinite(sample.low) else NOTHING


def _difference(comparison: Comparison, one: Summary) -> list[str]:
    found = comparison.contrast(one.label)
    if found is None:
        return ["baseline", ""]
    measure, told = comparison.measure, found.estimate
    interval = f" [{measure.show(told.low)}, {measure.show(told.high)}]" if isfinite(told.low) else ""
    return [measure.show_difference(told.difference) + interval, show_p(found.p)]


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


def _never(one: Summary) -> str:
    never = one.never_predicted
    if never is None or not never.runs:
        return "none"
    classes = f": {', '.join(never.classes)}" if never.classes else ""
    return f"{never.runs} of {len(one.runs)}{classes}"
