"""Every run as a point, by its setting: what a mean and its spread are made of, with the lost runs marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.eligible import number_of
from nnexp.comparison.groups import seed_of
from nnexp.report.plots import style
from nnexp.report.plots.axis import fit

MOST = 40  # settings: more of them are no strips any more
ROW, EDGES = 26, 150  # pixels


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
    figure = style.figure(_title(comparison), measure.column, height=EDGES + ROW * len(shown))
    for lost, name, symbol, colour in ((False, "a run", "circle", 0), (True, "a lost run", "x", 1)):
        some = runs[runs.lost == lost]
        if len(some):
            figure.add_scatter(
                x=some.value * measure.factor,
                y=some.configuration,
                customdata=np.stack([some.seed, some.run], axis=1),
                mode="markers",
                name=name,
                marker={"symbol": symbol, "size": 8, "opacity": 0.75, "color": style.COLOURS[colour]},
                hovertemplate=f"%{{y}}, seed %{{customdata[0]}} (%{{customdata[1]}}): {style.hover(measure, 'x')}"
                "<extra></extra>",
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
    order = [one.label for one in shown]
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=order[::-1], title=None)
    figure.update_layout(showlegend=bool(runs.lost.any()))
    return fit(figure, "x", (runs.value * measure.factor).tolist(), measure)


def _title(comparison: Comparison) -> str:
    more = len(comparison.configurations) - MOST
    return (
        f"Every run{f', of the first {MOST} settings of {MOST + more}' if more > 0 else ''}: {comparison.measure.label}"
    )
