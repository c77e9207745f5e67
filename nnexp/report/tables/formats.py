"""A comparison as text: for a terminal, a program, a spreadsheet, a README or a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.searched import Searched
from nnexp.comparison.verdict import Verdict
from nnexp.escape import in_csv, in_json, in_latex, in_markdown, visible
from nnexp.report.plots.terminal_strip import Strips
from nnexp.report.prose.searched import tell_details, tell_searched
from nnexp.report.prose.told import tell
from nnexp.report.tables.fitted import Fitted
from nnexp.report.tables.record import decision_record, further_record, known
from nnexp.report.tables.searched import searched_tables
from nnexp.report.tables.table import MOST_ROWS, Table, tables
from nnexp.terminal import Prose

if TYPE_CHECKING:
    import pandas as pd

Pairs = Sequence[tuple[str, str]]

ALL = f"The tables and the plot show the first {MOST_ROWS} settings: `nnexp compare --csv` and `--json` have all."


def as_terminal(comparison: Comparison, facts: Pairs = ()) -> RenderableType:
    """Draw for a rich console what was compared, the answer, the table, every run, the other tables and the notes."""
    told, strips = tell(comparison), Strips(comparison)
    drawn: list[RenderableType] = []
    for table in tables(comparison):
        plot: list[RenderableType] = ["", strips] if not drawn and strips.is_worth_drawing else []
        drawn += [*titled_table(table), *plot]
    left_out = [ALL] if len(comparison.configurations) > MOST_ROWS else []
    notes: list[RenderableType] = [Prose(sentence, "dim") for sentence in (*left_out, *told.notes)]
    notes = ["", *notes] if notes else []
    return Group(*_above(facts), Prose(told.answer, "bold"), *map(Prose, told.details), *drawn, *notes)


def _above(facts: Pairs) -> list[RenderableType]:
    return [pairs(facts), ""] if facts else []


def pairs(values: Pairs, title: str = "") -> RenderableType:
    """Draw names and what each stands for."""
    return Fitted(Table("", (title, ""), tuple(values), names=1, words=1))


def searched_as_terminal(found: Searched, facts: Pairs = ()) -> RenderableType:
    """Draw for a rich console what was searched, and what was found."""
    drawn = [part for table in searched_tables(found) for part in titled_table(table)]
    return Group(*_above(facts), Prose(tell_searched(found), "bold"), *map(Prose, tell_details(found)), *drawn)


def searched_as_markdown(found: Searched) -> str:
    """Write what a search found in GitHub's Markdown."""
    parts = [f"**{in_markdown(tell_searched(found))}**", *map(in_markdown, tell_details(found))]
    parts += [f"*{in_markdown(table.title)}*\n\n{markdown_table(table)}" for table in searched_tables(found)]
    return "\n\n".join(parts) + "\n"


def as_json(comparison: Comparison) -> str:
    """Write the sentences and every figure in full precision; what is unknown is null."""
    return in_json(as_record(comparison))


def as_record(comparison: Comparison) -> dict[str, Any]:
    """Give the same for a program."""
    told = tell(comparison)
    return {
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


FORMATS: Mapping[str, Callable[[Comparison], str]] = {
    "json": as_json,
    "csv": as_csv,
    "md": as_markdown,
    "latex": as_latex,
}


def each(form: str, comparisons: Mapping[str, Comparison]) -> str:
    """Write comparisons on several data sets in one of the formats, one after the other by their names."""
    if form == "json":
        return in_json({name: as_record(found) for name, found in comparisons.items()})
    if form == "csv":
        import pandas as pd

        frames = [_frame(found).assign(data=name) for name, found in comparisons.items()]
        return pd.concat(frames).map(in_csv).rename(columns=in_csv).to_csv(index=False)
    heads = {name: f"### On {in_markdown(name)}\n" if form == "md" else f"% On {visible(name)}" for name in comparisons}
    return "\n".join(f"{heads[name]}\n{FORMATS[form](found)}" for name, found in comparisons.items())


def titled_table(table: Table) -> Iterator[RenderableType]:
    """Draw a table for a rich console, beneath its title."""
    yield from ("", Prose(table.title, "italic"), Fitted(table))


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
