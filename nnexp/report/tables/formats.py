"""A comparison as text: for a terminal, a program, a spreadsheet, a README or a paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import isfinite

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from nnexp.comparison.compare import Comparison
from nnexp.report.tables.table import Table, tables


def as_terminal(comparison: Comparison) -> RenderableType:
    """Draw the answer, the tables and the notes for a rich console."""
    drawn: list[RenderableType] = [
        part for table in tables(comparison) for part in (Text(), Text(table.title, style="italic"), rich_table(table))
    ]
    details = [Text(sentence) for sentence in comparison.details]
    notes = [Text(sentence, style="dim") for sentence in comparison.notes]
    parts: list[RenderableType] = [Text(comparison.answer, style="bold"), *details, *drawn, Text(), *notes]
    return Group(*parts)


def as_json(comparison: Comparison) -> str:
    """Write the sentences and every figure in full precision; what is unknown is null."""
    rows = comparison.frame.to_dict("records") if comparison.settings else []
    content = {
        "answer": comparison.answer,
        "details": comparison.details,
        "notes": comparison.notes,
        "by": comparison.by,
        "metric": comparison.measure.name,
        "baseline": comparison.baseline,
        "settings": [{str(name): _plain(value) for name, value in row.items()} for row in rows],
        "run_ids": {one.label: [run.run_id for run in one.runs] for one in comparison.settings},
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)


def as_csv(comparison: Comparison) -> str:
    """Write a line for each setting, in full precision."""
    return comparison.frame.to_csv(index=False)


def as_markdown(comparison: Comparison) -> str:
    """Write the answer, the tables and the notes in GitHub's Markdown."""
    parts = [f"**{_md(comparison.answer)}**", *map(_md, comparison.details)]
    parts += [markdown_table(table) for table in tables(comparison)]
    parts += ["\n".join(f"- {_md(sentence)}" for sentence in comparison.notes)] if comparison.notes else []
    return "\n\n".join(parts) + "\n"


def as_latex(comparison: Comparison) -> str:
    """Write the tables for LaTeX with the booktabs package, the answer as the caption."""
    if not comparison.settings:
        return f"% {comparison.answer}\n"
    drawn = [_latex_table(table) for table in tables(comparison)]
    captions = [_latex(comparison.answer), ""]
    return "\n".join(map(_latex_float, drawn, captions))


_NAME_WIDTH = 12  # a setting of up to so many characters is never broken

FORMATS: Mapping[str, Callable[[Comparison], str]] = {
    "json": as_json,
    "csv": as_csv,
    "md": as_markdown,
    "latex": as_latex,
}


def rich_table(table: Table) -> RichTable:
    """Draw a table for a rich console."""
    drawn = RichTable(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for position, column in enumerate(table.columns):
        name = position < table.names
        least = min(_NAME_WIDTH, max(len(line[position]) for line in (table.columns, *table.rows))) if name else None
        drawn.add_column(
            Text(column), justify="left" if name else "right", overflow="fold", no_wrap=not name, min_width=least
        )
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    return drawn


def markdown_table(table: Table) -> str:
    """Write a table in GitHub's Markdown."""
    rules = [":--" if position < table.names else "--:" for position in range(len(table.columns))]
    lines = [list(map(_md, table.columns)), rules, *(list(map(_md, row)) for row in table.rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _latex_table(table: Table) -> str:
    layout = "l" * table.names + "r" * (len(table.columns) - table.names)
    head, *body = [" & ".join(map(_latex, line)) + r" \\" for line in (table.columns, *table.rows)]
    lines = [rf"\begin{{tabular}}{{{layout}}}", r"\toprule", head, r"\midrule", *body, r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines)


def _latex_float(tabular: str, caption: str) -> str:
    lines = [
        r"\begin{table}",
        r"\centering",
        tabular,
        *([rf"\caption{{{caption}}}"] if caption else []),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


_LATEX = str.maketrans(
    {
        "±": r"$\pm$",
        "–": "--",
        "<": r"$<$",
        ">": r"$>$",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\\": r"\textbackslash{}",
        **{sign: f"\\{sign}" for sign in "_%&#${}"},
    }
)


def _latex(text: str) -> str:
    return text.translate(_LATEX)


def _md(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not isfinite(value) else value
