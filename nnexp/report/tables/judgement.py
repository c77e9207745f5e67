"""A judgement for a terminal, for programs (JSON) and as a data frame; differences in points."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from nnexp.comparison.judge import Judgement
from nnexp.escape import in_json
from nnexp.measure import NOTHING
from nnexp.report.prose.answer import tell_answer, tell_details
from nnexp.report.prose.finding import Finding
from nnexp.report.tables.formats import titled_table
from nnexp.report.tables.record import decision_record, interval, known
from nnexp.report.tables.table import MOST_ROWS, Table
from nnexp.statistics.decision import Reason, Standing
from nnexp.statistics.loss import Loss
from nnexp.terminal import Prose

if TYPE_CHECKING:
    import pandas as pd


def finding(judged: Judgement) -> Finding:
    """Give what the sentences are told from."""
    return Finding(
        judged.decision,
        judged.results,
        judged.margin,
        judged.measure,
        judged.more_seeds,
        judged.alpha,
        looked=bool(judged.looks),
    )


def as_json(judged: Judgement, better: bool | None = None) -> str:
    """Write a judgement as JSON; what is unknown is null. `better` answers whether the first is better, if asked."""
    told, found = finding(judged), judged.decision
    names = [*found.may_be_best, *found.ruled_out]
    standings = {name: found.standings[name] for name in names}
    factor = judged.measure.factor
    return in_json(
        {
            "answer": tell_answer(told),
            "details": [*tell_details(told)],
            "decided": judged.is_decided,
            "better": better,
            **decision_record(found),
            "behind": {name: interval(one.behind, factor) for name, one in standings.items()},
            "lost": {name: _loss(Loss(one.lost, one.runs)) for name, one in standings.items()},
            "level": {name: known(factor * judged.measure.turned(one.level)) for name, one in standings.items()},
            "lead": interval(found.lead, factor),
            "more_seeds": judged.more_seeds,
            "lost_counted_as_any": found.as_they_are,
            "result": judged.measure.name,
            "unit": judged.measure.unit,
            "margin": judged.terms.worthwhile,
            "resolution": judged.terms.resolution,
            "alpha": judged.terms.alpha,
        }
    )


def as_frame(judged: Judgement) -> pd.DataFrame:
    """Give a row for each setting, what may be best first; levels and differences in points."""
    import pandas as pd

    return pd.DataFrame([*_rows(judged)])


def as_terminal(judged: Judgement) -> RenderableType:
    """Draw the answer, what belongs to it and the table for a rich console."""
    told = finding(judged)
    return Group(Prose(tell_answer(told), "bold"), *map(Prose, tell_details(told)), *titled_table(as_table(judged)))


def as_table(judged: Judgement) -> Table:
    """Give the settings as a table of words, what may be best first."""
    told, names = finding(judged), [*judged.decision.may_be_best, *judged.decision.ruled_out]
    columns = ("setting", "runs", *(["lost"] if judged.decision.loses_runs else []), "level", "behind the best", "")
    rows = tuple(_row(told, name, judged.decision.standings[name]) for name in names[:MOST_ROWS])
    more = f" (of {len(names)} settings the first {MOST_ROWS})" if len(names) > MOST_ROWS else ""
    return Table(f"{judged.measure.name}{more}", columns, rows, names=1, words=1)


def _row(told: Finding, name: str, one: Standing) -> tuple[str, ...]:
    lost = [str(one.lost)] if told.decision.loses_runs else []
    level = NOTHING if isnan(one.level) else told.level(name)
    out = f"out by {one.reason}: {one.rival}" if one.reason else "may be best"
    return (name, str(one.runs), *lost, level, _behind(told, one), out)


def _behind(told: Finding, one: Standing) -> str:
    if isnan(one.behind.high) or one.behind.high == 0:  # it is the only one whose level may be the best
        return NOTHING
    if one.behind.low > 0 or one.reason is Reason.LEVEL:
        return told.between(one.behind)
    return f"at most {told.gap(one.behind.high)}"


def _rows(judged: Judgement) -> Iterator[dict[str, Any]]:
    factor = judged.measure.factor
    for name in (*judged.decision.may_be_best, *judged.decision.ruled_out):
        one = judged.decision.standings[name]
        low, high = Loss(one.lost, one.runs).interval
        yield {
            "setting": name,
            "runs": one.runs,
            "level": factor * judged.measure.turned(one.level),
            "lost": one.lost,
            "lost_low": low,
            "lost_high": high,
            "may_be_best": one.reason is None,
            "out_by": one.reason.value if one.reason else "",
            "rival": one.rival or "",
            "behind": factor * one.behind.estimate,
            "behind_low": factor * one.behind.low,
            "behind_high": factor * one.behind.high,
        }


def _loss(loss: Loss) -> dict[str, object]:
    return {"count": loss.count, "runs": loss.runs, "interval": [*loss.interval]}
