"""A comparison as one HTML file that needs nothing else: no network, no server, no other file.

What is drawn is chosen in figures.py; how it looks, in light and in dark, is in page.html, page.css and page.js.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from string import Template

import numpy as np
from numpy.typing import NDArray

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.facts import facts
from nnexp.comparison.origin import origin, where
from nnexp.comparison.searched import Searched
from nnexp.escape import in_html, in_plotly
from nnexp.report.page.head import head
from nnexp.report.page.packed import library
from nnexp.report.page.pictures import pictures
from nnexp.report.page.runs_table import LONG, runs_table
from nnexp.report.page.sentence import sentence
from nnexp.report.plots.figures import Plot, plots
from nnexp.report.plots.style import TITLE
from nnexp.report.prose.question import question
from nnexp.report.prose.reading import reading
from nnexp.report.prose.searched import ask_searched, tell_details, tell_searched
from nnexp.report.prose.so_far import tell_so_far
from nnexp.report.prose.told import tell
from nnexp.report.tables.searched import searched_tables
from nnexp.report.tables.table import Table, tables
from nnexp.tracking.store import RunStore

ZOOM = '<p class="hint zoom">Drag to zoom in; a double click shows all that a plot holds.</p>'


def page(
    comparison: Comparison,
    store: RunStore | None = None,
    *,
    images: NDArray[np.number] | None = None,
    sizes: str = "",
    title: str = "",
    found: Searched | None = None,
    told_of: str = "",
) -> str:
    """Write the page of a comparison.

    Parameters
    ----------
    comparison
        What to show.
    store
        Where histories, predictions and weights are read; without it the page has only what the comparison holds.
    images
        The test images (n, h, w), the more the darker, for the gallery of mistakes.
    sizes
        How many examples the data have to train, to validate and to test on.
    title
        What was asked; made from the settings told apart when not given.
    found
        What the search found whose runs these are: it is the answer then.
    told_of
        The digest of what the page tells, by which it is known again.
    """
    told, drawn, listed = tell(comparison), plots(comparison, store, images, found), tables(comparison)
    if found:
        so_far = f"{tell_so_far(comparison.so_far)} " if comparison.so_far else ""
        told = replace(told, answer=f"{so_far}{tell_searched(found)}", details=(*tell_details(found),), notes=())
        title, listed = title or ask_searched(found), searched_tables(found)
    packed, length = library() if drawn else ("", 0)
    return Template(_shipped("page.html")).substitute(
        title=in_html(title or question(comparison)),
        head=head(told_of, told.answer, goes_on=comparison.so_far is not None),
        style=_shipped("page.css"),
        answer=sentence(told.answer),
        details=_list(told.details, "details"),
        notes=_list(told.notes, "notes"),
        tables="\n".join(map(_table, listed)),
        plots="\n".join([*(_figure(number, plot) for number, plot in enumerate(drawn)), *pictures(comparison, store)]),
        origin="\n".join(_definition(*line) for line in origin(comparison, store)),
        facts="\n".join(_definition(*line) for line in _facts(comparison, store, sizes, found)),
        runs=runs_table(comparison),
        plotly=packed,
        length=str(length),
        script=_shipped("runs.js") + (_shipped("page.js") if drawn else ""),
        hint=ZOOM if drawn else "",
        reading="" if found else _reading(comparison),
    )


def _shipped(name: str) -> str:
    return files("nnexp.report.page").joinpath(name).read_text(encoding="utf-8")


def _reading(comparison: Comparison) -> str:
    lines = "".join(_definition(*line) for line in reading(comparison))
    return f'<dl class="reading">{lines}</dl>' if lines else ""


def _facts(
    comparison: Comparison, store: RunStore | None, sizes: str, found: Searched | None
) -> Iterator[tuple[str, str]]:
    """Give what stands above every comparison, how many examples there are, and where it was computed."""
    for name, value in facts(comparison, store, found):
        yield name, f"{value}, {sizes}" if name == "data" and sizes else value
    if machine := where(comparison, store):
        yield "where", machine


def _list(sentences: Sequence[str], kind: str) -> str:
    items = "".join(f"<li>{sentence(one)}</li>" for one in sentences)
    return f'<ul class="{kind}">{items}</ul>' if items else ""


def _table(table: Table) -> str:
    head = "".join(_head(column, place < table.names) for place, column in enumerate(table.columns))
    body = "".join(_row(row, table, is_left=place < table.left) for place, row in enumerate(table.rows))
    caption = f"<caption><span>{sentence(table.title)}</span></caption>"
    scroller = f'<div class="scroll" tabindex="0" role="region" aria-label="{in_html(table.title)}">'
    return f"{scroller}<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _head(column: str, is_name: bool) -> str:
    kind = ' class="name"' if is_name else ""
    return f'<th scope="col"{kind}>{in_html(column)}</th>'


def _row(row: Sequence[str], table: Table, *, is_left: bool) -> str:
    kind, last = ' class="left"' if is_left else "", len(row) - table.words
    heads = "".join(f'<th scope="row"{_long(cell)}>{in_html(cell)}</th>' for cell in row[: table.names])
    figures = "".join(f"<td>{in_html(cell)}</td>" for cell in row[table.names : last])
    words = "".join(f"<td{_long(cell)}>{in_html(cell)}</td>" for cell in row[last:])
    return f"<tr{kind}>{heads}{figures}{words}</tr>"


def _long(cell: str) -> str:
    return ' class="long"' if len(cell) > LONG else ""


def _figure(number: int, plot: Plot) -> str:
    above = plot.figure.layout.margin.t - TITLE  # the caption stands in place of the title
    shown = plot.figure.update_layout(template=None, title=None, margin_t=above)
    content = in_plotly(json.loads(shown.to_json()))
    data = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")  # so that no text can end the script
    wide = " wide" if plot.wide else ""
    return (
        f'<figure class="plot{wide}"><figcaption id="plot-{number}">{in_html(plot.title)}</figcaption>'
        f'<div class="drawing" role="img" aria-labelledby="plot-{number}"></div>'
        f'<div class="save">{_saves(plot.title)}</div>'
        f'<script type="application/json">{data}</script></figure>'
    )


def _saves(title: str) -> str:
    said = in_html(title)
    return " ".join(
        f'<button type="button" title="Save as {form}" aria-label="{form}: save {said}">{form}</button>'
        for form in ("SVG", "PNG")
    )


def _definition(name: str, value: str) -> str:
    return f"<dt>{in_html(name)}</dt><dd>{in_html(value)}</dd>"
