"""A comparison as tables of words, ready to be drawn in a terminal, on a page or in a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan

from nnexp.comparison.compare import Comparison
from nnexp.comparison.eligible import TEST
from nnexp.comparison.summary import Sample, Summary
from nnexp.measure import NOTHING, Measure, measure_named, show_p, show_seconds

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
    """Give the two tables of a comparison: how good each setting is, and what it takes."""
    if not comparison.settings:
        return []
    return [_quality(comparison), _effort(comparison)]


def shown(comparison: Comparison) -> tuple[Summary, ...]:
    """Pick the settings that are listed: the best, and always the baseline."""
    best, rest = comparison.settings[:MOST_ROWS], comparison.settings[MOST_ROWS:]
    return (*best, *(one for one in rest if one.label == comparison.baseline))


def _quality(comparison: Comparison) -> Table:
    measure = comparison.measure
    columns = ["seeds", measure.column, "95 % interval"]
    beside = _has_test_beside(comparison)
    columns += ["test %"] if beside else []
    columns += ["difference [95 %]", "p"] if comparison.differences else []
    rows = []
    for one in shown(comparison):
        row = [str(one.decides.n), _mean(measure, one.decides), _interval(measure, one.decides)]
        row += [_mean(measure_named(TEST, {}), one.test)] if beside else []
        row += _difference(comparison, one) if comparison.differences else []
        rows.append(row)
    return _table(
        comparison, f"How good: mean ± standard deviation over seeds, best {measure.label} first", columns, rows
    )


def _effort(comparison: Comparison) -> Table:
    columns = ["best epoch", "s an epoch", "s a run"]
    target = comparison.reach
    columns += [f"to {100 * target:g} %"] if target is not None else []
    dead = any(one.never_runs for one in comparison.settings)
    columns += ["never predicted"] if dead else []
    rows = []
    for one in shown(comparison):
        row = [_best_epoch(one), show_seconds(one.epoch_seconds), show_seconds(one.run_seconds)]
        row += [_reach(one)] if target is not None else []
        row += [_never(one)] if dead else []
        rows.append(row)
    return _table(comparison, "What it takes: means over runs, the best epoch with its (median)", columns, rows)


def _table(comparison: Comparison, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    names = comparison.by or ("setting",)
    best = shown(comparison)
    heads = [one.values or (one.label,) for one in best]
    filled = tuple((*head, *row) for head, row in zip(heads, rows, strict=True))
    if len(best) < len(comparison.settings):
        title += f" ({len(best)} of {len(comparison.settings)} settings)"
    return Table(title, (*names, *columns), filled, len(names))


def _has_test_beside(comparison: Comparison) -> bool:
    return comparison.measure.name != TEST and any(one.test.n for one in comparison.settings)


def _mean(measure: Measure, sample: Sample) -> str:
    return measure.show(sample.mean) + (f" ± {measure.show(sample.sd)}" if isfinite(sample.sd) else "")


def _interval(measure: Measure, sample: Sample) -> str:
    return f"[{measure.show(sample.low)}, {measure.show(sample.high)}]" if isfinite(sample.low) else NOTHING


def _difference(comparison: Comparison, one: Summary) -> list[str]:
    found = comparison.difference(one.label)
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
    if not one.never_runs:
        return "none"
    digits = f": {', '.join(one.never_digits)}" if one.never_digits else ""
    return f"{one.never_runs} of {len(one.runs)}{digits}"
