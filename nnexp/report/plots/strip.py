"""Every run as a point, by its setting: what a mean and its spread are made of, with the lost runs marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.eligible import number_of
from nnexp.comparison.groups import seed_of
from nnexp.escape import shortened
from nnexp.measure import Measure
from nnexp.report.plots import style
from nnexp.report.plots.axis import GAP, LOST_GAP, Range, usual_range

MOST = 40  # settings: more of them are no strips any more
ROW, EDGES = 38, 130  # pixels
LONGEST = 56  # characters of a name, which stands above its strip
EDGE = 0.02  # of the range: so far behind its edge those are drawn that lie beyond


def compute(comparison: Comparison) -> pd.DataFrame:
    """Give a row for each run of the first settings: its value, its seed, its id, and whether it was lost."""
    rows = [
        (one.label, number_of(run, comparison.measure), seed_of(run), run.run_id[:8], run.run_id in comparison.lost)
        for one in comparison.configurations[:MOST]
        for run in one.runs
    ]
    return pd.DataFrame(rows, columns=["configuration", "value", "seed", "run", "lost"])


def draw(runs: pd.DataFrame, comparison: Comparison) -> Figure:
    """Draw a strip for each setting, the best above, and a line at its level."""
    measure, shown = comparison.measure, comparison.configurations[:MOST]
    order = [one.label for one in shown]
    figure = style.figure(_title(comparison), measure.column, height=EDGES + ROW * len(shown))
    values = runs.value * measure.factor
    good = values[~runs.lost] if runs.lost.mean() <= 0.5 else values
    found = usual_range(
        good.tolist(), values.tolist(), LOST_GAP if len(good) < len(values) else GAP, better=measure.better
    )
    step = EDGE * (found[1] - found[0]) if found else 0.0
    runs = runs.assign(drawn=values.clip(found[0] - step, found[1] + step) if found else values)
    for lost, name, symbol, colour in ((False, "a run", "circle", 0), (True, "a lost run", "x", 1)):
        some = runs[runs.lost == lost]
        if len(some):
            figure.add_scatter(
                x=some.drawn,
                y=some.configuration,
                customdata=np.stack([some.seed, some.run, some.value.map(measure.show)], axis=1),
                mode="markers",
                name=name,
                marker={"symbol": symbol, "size": 8, "opacity": 0.75, "color": style.COLOURS[colour]},
                hovertemplate="%{y}, seed %{customdata[0]} (%{customdata[1]}): %{customdata[2]}<extra></extra>",
            )
    levels = [one for one in shown if one.level.n]
    figure.add_scatter(
        x=[one.level.mean * measure.factor for one in levels],
        y=[one.label for one in levels],
        mode="markers",
        name="level",
        marker={"symbol": "line-ns-open", "size": 16, "line": {"width": 2}, "color": style.COLOURS[-1]},
        hovertemplate=f"%{{y}}, level: {style.hover(measure, 'x')}<extra></extra>",
    )
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=order[::-1], range=[-0.5, len(order) - 0.25], title=None,
        showticklabels=False, automargin=False,
    )  # fmt: skip
    figure.update_layout(showlegend=bool(runs.lost.any()), margin_l=12)
    edges = [_beyond(values[runs.configuration == label], found, measure) for label in order]
    for place, (label, edge) in enumerate(zip(order, edges, strict=True)):
        figure.add_annotation(
            text=shortened(label, LONGEST) + edge, xref="paper", x=0, y=len(order) - 1 - place, yshift=13,
            xanchor="left", showarrow=False, font={"size": 11},
        )  # fmt: skip
    strips = [{"name": label, "edge": edge} for label, edge in zip(order, edges, strict=True)]
    figure.update_layout(meta={"strips": strips})  # page.js puts the names beside where there is room
    return _with_edges(figure, found, values) if found else figure


def _with_edges(figure: Figure, found: Range, values: pd.Series[float]) -> Figure:
    """Draw a line at each edge beyond which there are runs."""
    step = EDGE * (found[1] - found[0])
    beyond = [bool((values < found[0]).any()), bool((values > found[1]).any())]
    for edge in np.flatnonzero(beyond):
        figure.add_vline(x=found[edge], line={"dash": "dot", "width": 1, "color": style.COLOURS[-1]})
    return figure.update_xaxes(range=[found[0] - 2 * step * beyond[0], found[1] + 2 * step * beyond[1]])


def _beyond(values: pd.Series[float], found: Range | None, measure: Measure) -> str:
    """Say of how many runs of a strip the values lie beyond the axis, and where."""
    if not found:
        return ""
    told = ""
    for far, arrow in ((values[values < found[0]], "◂"), (values[values > found[1]], "▸")):
        if len(far):
            least, most = (measure.show(value / measure.factor) for value in (far.min(), far.max()))
            told += f" {arrow} {len(far)} at {least if least == most else f'{least} to {most}'}"
    return told


def _title(comparison: Comparison) -> str:
    more = len(comparison.configurations) - MOST
    return (
        f"Every run{f', of the first {MOST} settings of {MOST + more}' if more > 0 else ''}: {comparison.measure.label}"
    )
