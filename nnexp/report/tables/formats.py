"""A comparison as text: for a terminal, a program, a spreadsheet, a README or a paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.styled import Styled
from rich.table import Table as RichTable

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.searched import Searched
from nnexp.comparison.verdict import Verdict
from nnexp.escape import in_csv, in_json, in_latex, in_markdown, visible
from nnexp.report.prose.searched import tell_details, tell_searched
from nnexp.report.prose.told import tell
from nnexp.report.tables.record import decision_record, further_record, known
from nnexp.report.tables.searched import searched_tables
from nnexp.report.tables.table import Table, tables

if TYPE_CHECKING:
    import pandas as pd


def as_terminal(comparison: Comparison) -> RenderableType:
    """Draw the answer, the tables and the notes for a rich console."""
    told = tell(comparison)
    drawn = [part for table in tables(comparison) for part in titled_table(table)]
    notes = [Styled(sentence, "dim") for sentence in told.notes]
    return Group(Styled(told.answer, "bold"), *told.details, *drawn, "", *notes)


def searched_as_terminal(found: Searched) -> RenderableType:
    """Draw what a search found for a rich console."""
    drawn = [part for table in searched_tables(found) for part in titled_table(table)]
    return Group(Styled(tell_searched(found), "bold"), *tell_details(found), *drawn)


def searched_as_markdown(found: Searched) -> str:
    """Write what a search found in GitHub's Markdown."""
    parts = [f"**{in_markdown(tell_searched(found))}**", *map(in_markdown, tell_details(found))]
    parts += [f"*{in_markdown(table.title)}*\n\n{markdown_table(table)}" for table in searched_tables(found)]
    return "\n\n".join(parts) + "\n"


def as_json(comparison: Comparison) -> str:
    """Write the sentences and every figure in full precision; what is unknown is null."""
    told = tell(comparison)
    content = {
        "answer": told.answer,
        **({"so_far": {"done": comparison.so_far.done, "of": comparison.so_far.of}} if comparison.so_far else {}),
        "details": told.details,
        "notes": told.notes,
        "by": comparison.by,
        "metric": comparison.measure.name,
        "better": "high" if comparison.measure.higher_is_better else "low",
        **({"reported": comparison.reported.name} if comparison.reported else {}),
        **_verdict(comparison, comparison.verdict),
        **further_record(comparison),
        "settings": _records(comparison),
        "run_ids": {one.label: [run.run_id for run in one.runs] for one in comparison.configurations},
    }
    return in_json(content, allow_nan=False)


def as_csv(comparison: Comparison) -> str:
    """Write a line for each configuration, in full precision."""
    return _frame(comparison).map(in_csv).rename(columns=in_csv).to_csv(index=False)


def as_markdown(comparison: Comparison) -> str:
    """Write the answer, the tables and the notes in GitHub's Markdown."""
    told = tell(comparison)
    parts = [f"**{in_markdown(told.answer)}**", *map(in_markdown, told.details)]
    parts += [f"*{in_markdown(table.title)}*\n\n{markdown_table(table)}" for table in tables(comparison)]
    parts += ["\n".join(f"- {in_markdown(sentence)}" for sentence in told.notes)] if told.notes else []
    return "\n\n".join(parts) + "\n"


def as_latex(comparison: Comparison) -> str:
    """Write the tables for LaTeX with the booktabs package, the answer in the first one's caption."""
    answer = tell(comparison).answer
    if comparison.nothing:
        return f"% {visible(answer)}\n"
    drawn = tables(comparison)
    captions = [f"{answer} {drawn[0].title}.", *(f"{table.title}." for table in drawn[1:])]
    return "\n".join(map(_latex_float, map(_latex_table, drawn), map(in_latex, captions)))


_NAME_WIDTH = 12  # a setting of up to so many characters is never broken

FORMATS: Mapping[str, Callable[[Comparison], str]] = {
    "json": as_json,
    "csv": as_csv,
    "md": as_markdown,
    "latex": as_latex,
}


def each(form: str, comparisons: Mapping[str, Comparison]) -> str:
    """Write comparisons on several data sets in one of the formats, one after the other by their names."""
    if form == "json":
        return in_json({name: json.loads(as_json(found)) for name, found in comparisons.items()}, allow_nan=False)
    if form == "csv":
        import pandas as pd

        frames = [_frame(found).assign(data=name) for name, found in comparisons.items()]
        return pd.concat(frames).map(in_csv).rename(columns=in_csv).to_csv(index=False)
    heads = {name: f"### On {in_markdown(name)}\n" if form == "md" else f"% On {visible(name)}" for name in comparisons}
    return "\n".join(f"{heads[name]}\n{FORMATS[form](found)}" for name, found in comparisons.items())


def titled_table(table: Table) -> Iterator[RenderableType]:
    """Draw a table for a rich console, beneath its title."""
    yield from ("", Styled(table.title, "italic"), rich_table(table))


def rich_table(table: Table) -> RichTable:
    """Draw a table for a rich console."""
    drawn = RichTable(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for position, column in enumerate(table.columns):
        name, cells = position < table.names, [line[position] for line in (table.columns, *table.rows)]
        least = (
            min(_NAME_WIDTH, max(map(len, cells))) if name else max(len(w) for cell in cells for w in cell.split(" "))
        )
        drawn.add_column(column, justify="left" if name else "right", overflow="fold", min_width=least)
    for row in table.rows:
        drawn.add_row(*row)
    return drawn


def markdown_table(table: Table) -> str:
    """Write a table in GitHub's Markdown."""
    rules = [":--" if position < table.names else "--:" for position in range(len(table.columns))]
    lines = [list(map(in_markdown, table.columns)), rules, *(list(map(in_markdown, row)) for row in table.rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _latex_table(table: Table) -> str:
    layout = "l" * table.names + "r" * (len(table.columns) - table.names)
    head, *body = [" & ".join(map(in_latex, line)) + r" \\" for line in (table.columns, *table.rows)]
    lines = [rf"\begin{{tabular}}{{{layout}}}", r"\toprule", head, r"\midrule", *body, r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines)


def _latex_float(tabular: str, caption: str) -> str:
    lines = [
        r"\begin{table}",
        r"\centering",
        tabular,
        rf"\caption{{{caption}}}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _frame(comparison: Comparison) -> pd.DataFrame:
    from nnexp.comparison.frame import comparison_frame  # imported here: a table needs no pandas

    return comparison_frame(comparison)


def _records(comparison: Comparison) -> list[dict[str, Any]]:
    rows = _frame(comparison).to_dict("records") if comparison.configurations else []
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: object) -> object:
    return known(value) if isinstance(value, float) else value


def _verdict(comparison: Comparison, verdict: Verdict | None) -> dict[str, object]:
    if verdict is None:
        return {}
    return {
        **decision_record(verdict.decision),
        **({"lost_counted_as_any": verdict.decision.as_they_are} if comparison.tells_lost_runs else {}),
        "decided": verdict.is_decided,
        "more_seeds": verdict.more_seeds,
        "worthwhile": verdict.margin,
    }
