"""A comparison as tables of words, ready to be drawn in a terminal, on a page or in a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan, nan

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.summary import Sample, Summary
from nnexp.comparison.verdict import Verdict
from nnexp.measure import NOTHING, Measure, show_p, show_seconds
from nnexp.report.prose.lost import lost_by
from nnexp.statistics.decision import Reason
from nnexp.statistics.interval import Interval
from nnexp.statistics.loss import Loss
from nnexp.statistics.variance_shares import VarianceShares

MOST_ROWS = 25  # more are for --csv and --json
MOST_LOST = 10  # names of what was lost

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Words in rows; the first `names` columns name the row, the others hold figures, the last `words` (0 or 1) words.

    The first `left` rows are of settings that may be the best, where others are ruled out. Where there is little room,
    `spare` columns can go, in this order.
    """

    title: str
    columns: Row
    rows: tuple[Row, ...]
    names: int
    left: int = 0
    words: int = 0
    spare: Row = ()


def tables(comparison: Comparison) -> list[Table]:
    """Give the tables of a comparison: how good each configuration is, what its runs lost, and what it takes."""
    if not comparison.configurations:
        return []
    mattered = [_mattered(comparison.mattered, comparison.measure)] if comparison.mattered else []
    return [*tables_without_times(comparison, lost_by(comparison) or "run"), _effort(comparison), *mattered]


def tables_without_times(comparison: Comparison, lost: str = "run") -> list[Table]:
    """Give the tables of what does not depend on the machine: how good each configuration is, and what was lost.

    What a lost run has `lost` stands in a title; in certificates, whose titles are held word for word, a run.
    """
    if not comparison.configurations:
        return []
    lost = lost if any(one.loss and one.loss.count for one in comparison.configurations) else ""
    besides = [_besides(comparison)] if comparison.besides else []
    return [_quality(comparison, lost), *besides, *([_losses(comparison)] if lost else [])]


def shown(comparison: Comparison) -> tuple[Summary, ...]:
    """Pick the configurations that are listed: the best."""
    return comparison.configurations[:MOST_ROWS]


def _quality(comparison: Comparison, lost: str) -> Table:
    measure, beside, verdict = comparison.measure, _reported_beside(comparison), comparison.verdict
    columns = ["seeds", measure.column]
    columns += ["behind [95 %]", "ruled out"] if verdict else []
    columns += [beside.column] if beside else []
    as_they_are = verdict is not None and verdict.decision.as_they_are
    rows = []
    for one in shown(comparison):
        row = [_seeds(one, some=bool(lost) and not as_they_are), show_sample(measure, one.level)]
        row += _standing(verdict, measure, one) if verdict else []
        row += [show_sample(beside, one.reported)] if beside else []
        rows.append(row)
    first = "what may be best" if verdict and verdict.decision.ruled_out else f"best {measure.label}"
    title = f"How good: {_averaged(as_they_are=as_they_are, lost=lost)}, {first} first"
    return _table(comparison, title, columns, rows)


def _besides(comparison: Comparison) -> Table:
    columns = [measure.column for measure in comparison.besides]
    rows = [[*map(show_sample, comparison.besides, one.besides)] for one in shown(comparison)]
    return _table(comparison, "Beside it, over the same seeds", columns, rows)


def _averaged(*, as_they_are: bool, lost: str) -> str:
    if as_they_are:
        return "mean over seeds, lost runs counted like any other"
    return f"mean ± standard deviation over seeds{f' that lost no {lost}' if lost else ''}"


def _losses(comparison: Comparison) -> Table:
    measure, p = comparison.measure, comparison.verdict.loses_more if comparison.verdict else {}
    columns = ["lost", "share [95 %]", "more often: p", "median", "worst", "what"]
    rows = [
        [
            *show_loss(one.loss),
            show_p(p.get(one.label, nan)),
            measure.show(one.median),
            measure.show(one.worst),
            show_lost(one),
        ]
        for one in shown(comparison)
    ]
    return _table(comparison, "What is lost: runs that say little of their setting", columns, rows, words=1)


def _effort(comparison: Comparison) -> Table:
    columns = ["best epoch", "s an epoch", "s a run"]
    target = comparison.target
    columns += [f"to {target.measure.show_goal(target.value)}"] if target else []
    rows = []
    for one in shown(comparison):
        row = [_best_epoch(one), show_seconds(one.epoch_seconds), show_seconds(one.run_seconds)]
        row += [_reach(one)] if target else []
        rows.append(row)
    known = [place for place in range(len(columns)) if any(row[place] != NOTHING for row in rows)]
    title = "What it takes: means over runs" + (", the best epoch with its (median)" if 0 in known else "")
    columns, rows = [columns[place] for place in known], [[row[place] for place in known] for row in rows]
    return _table(comparison, title, columns, rows)


def _mattered(found: VarianceShares, measure: Measure) -> Table:
    parts = [*found.settings.items(), ("all settings together", found.together), ("seeds", found.chance)]
    if found.interactions:
        parts.insert(len(found.settings), ("interactions", found.interactions))
    rows = tuple((name, _share(share)) for name, share in parts)
    title = f"What mattered: shares of the variation of the {measure.label}"
    if not found.is_balanced:
        title += "; the grid is not balanced (type II)"
    return Table(title, ("what", "share % [95 %]"), rows, 1)


def _share(share: Interval) -> str:
    """Write a share of the whole in per cent: 71.2 [60.1, 80.3]."""
    return f"{100 * share.estimate:.1f} [{100 * share.low:.1f}, {100 * share.high:.1f}]"


def _table(
    comparison: Comparison, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], words: int = 0
) -> Table:
    names = comparison.by or ("setting",)
    best = shown(comparison)
    heads = [one.values or (one.label,) for one in best]
    filled = tuple((*head, *row) for head, row in zip(heads, rows, strict=True))
    if len(best) < len(comparison.configurations):
        title += f" ({len(best)} of {len(comparison.configurations)} settings)"
    found = comparison.verdict.decision if comparison.verdict else None
    left = len(found.may_be_best) if found and found.ruled_out else 0
    return Table(title, (*names, *columns), filled, len(names), left, words)


def _reported_beside(comparison: Comparison) -> Measure | None:
    """Find what is reported beside what decides, if that is another metric and any run has it."""
    beside = comparison.reported
    if beside is None or beside.name == comparison.measure.name:
        return None
    return beside if any(one.reported.n for one in comparison.configurations) else None


def _seeds(one: Summary, *, some: bool) -> str:
    """Write of how many seeds a mean is: of some, 3 of 5."""
    return f"{one.level.n} of {len(one.seeds)}" if some else str(len(one.seeds))


def show_sample(measure: Measure, sample: Sample) -> str:
    """Write a mean and its standard deviation, as far as they are known: 97.88 ± 0.14."""
    return measure.show_mean(sample.mean, sample.sd)


def show_loss(loss: Loss | None) -> list[str]:
    """Write how many runs were lost, and the interval of their share."""
    if loss is None:
        return [NOTHING, NOTHING]
    low, high = loss.interval
    return [f"{loss.count} of {loss.runs}", f"[{100 * low:.0f}, {100 * high:.0f}] %"]


def show_lost(one: Summary) -> str:
    """Name what the lost runs lost."""
    more = f" and {len(one.lost) - MOST_LOST} more" if len(one.lost) > MOST_LOST else ""
    return ", ".join(one.lost[:MOST_LOST]) + more


def _standing(verdict: Verdict, measure: Measure, one: Summary) -> list[str]:
    """Write by how much a level lies behind the best, and what rules the configuration out."""
    standing = verdict.decision.standings[one.label]
    is_behind = standing.reason is Reason.LEVEL
    return [_behind(measure, standing.behind, is_behind=is_behind), standing.reason or NOTHING]


def _behind(measure: Measure, behind: Interval, *, is_behind: bool) -> str:
    if not isfinite(behind.high):
        return measure.show(behind.estimate)
    if behind.high == 0:  # it is the only one whose level may be the best
        return NOTHING
    estimate, low, high = map(measure.show_gap, (behind.estimate, behind.low, behind.high))
    return f"{estimate} {'(' if is_behind and not behind.low else '['}{low}, {high}]"


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
