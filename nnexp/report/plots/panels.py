"""Small plots of one kind side by side, which share what their values are drawn by.

Here they stand in `COLUMNS`; on a page they stand in as many as there is room for (page.js).
"""

from __future__ import annotations

from collections.abc import Sequence

from plotly.graph_objects import Figure
from plotly.subplots import make_subplots

from nnexp.escape import shortened
from nnexp.report.plots import style

COLUMNS = 4
ROW, EDGES = 190, 90  # pixels
LONGEST = 56  # characters of a panel's title
LETTER, NARROW = 6.0, 175  # pixels: the width of a character, and of a panel at the least


def begin(title: str, titles: Sequence[str], y: str) -> Figure:
    """Begin a figure with a panel for each of the titles; `place` says where to draw in one."""
    rows, columns = _rows_and_columns(len(titles))
    short = [shortened(one, LONGEST) for one in titles]
    figure = make_subplots(rows, columns, subplot_titles=short, shared_yaxes="all", horizontal_spacing=0.03)
    shown = style.figure(title, height=EDGES + ROW * rows).layout
    figure.update_layout(
        title=shown.title, height=shown.height, margin={**shown.margin.to_plotly_json(), "b": 8}, showlegend=False
    )
    figure.update_annotations(font={"size": 11})
    figure.update_yaxes(title_text=y, row=1, col=1)
    letters = max(map(len, short))
    return figure.update_layout(
        meta={"panels": len(titles), "width": max(NARROW, LETTER * letters), "letters": letters}
    )


def place(number: int, panels: int) -> dict[str, int]:
    """Say where the panel of a number is drawn."""
    _, columns = _rows_and_columns(panels)
    return {"row": 1 + number // columns, "col": 1 + number % columns}


def letter(figure: Figure, number: int, text: str, *, high: bool) -> None:
    """Write a text at the upper or lower edge of a panel; the first is 1."""
    axis = "" if number == 1 else str(number)
    figure.add_annotation(
        text=text, xref=f"x{axis} domain", yref=f"y{axis} domain", x=1, y=int(high), xanchor="right",
        yanchor="top" if high else "bottom", showarrow=False, font={"size": 11},
    )  # fmt: skip


def _rows_and_columns(panels: int) -> tuple[int, int]:
    """Divide panels among rows as evenly as may be."""
    rows = -(-panels // COLUMNS)
    return rows, -(-panels // rows)
