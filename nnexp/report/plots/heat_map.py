"""A heat map of two numeric settings, such as eta and batch size."""

from __future__ import annotations

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import is_number, label
from nnexp.measure import NOTHING, Measure
from nnexp.report.plots import style
from nnexp.report.plots.axis import usual_range


def compute(comparison: Comparison) -> pd.DataFrame | None:
    """Give the levels with a row for each value of one setting and a column for each of the other.

    None unless the settings told apart are two, and numbers.
    """
    values = [value for one in comparison.configurations for value in one.values]
    if len(comparison.by) != 2 or not all(map(is_number, values)):
        return None
    rows = [(*map(float, one.values), one.level.mean) for one in comparison.configurations]
    down, across = comparison.by
    return pd.DataFrame(rows, columns=[down, across, "level"]).pivot(index=down, columns=across, values="level")


def draw(levels: pd.DataFrame, measure: Measure) -> Figure:
    """Draw a cell for each pair of values, coloured by the level and lettered with it."""
    down, across, shown = str(levels.index.name), str(levels.columns.name), levels.to_numpy() * measure.factor
    empty = f"; {NOTHING}: no run that was not lost" if np.isnan(shown).any() else ""
    figure = style.figure(f"{measure.label.capitalize()} by {down} and {across}{empty}", across, down)
    low, high = usual_range(shown[np.isfinite(shown)].tolist(), better=measure.better) or (None, None)
    figure.add_heatmap(
        x=[f"{value:g}" for value in levels.columns],
        y=[f"{value:g}" for value in levels.index],
        z=shown,
        zmin=low,
        zmax=high,
        colorbar=style.colour_bar(measure),
        colorscale="Blues",
        reversescale=not measure.higher_is_better,  # the darker, the better
        texttemplate=style.hover(measure, "z") if levels.size <= 100 else None,
        customdata=[[label((down, across), (f"{y:g}", f"{x:g}")) for x in levels.columns] for y in levels.index],
        hovertemplate=f"%{{customdata}}: {style.hover(measure, 'z')}<extra></extra>",
    )
    for row, column in np.argwhere(np.isnan(shown)):
        figure.add_annotation(text=NOTHING, x=int(column), y=int(row), showarrow=False)
    figure.update_xaxes(type="category", showgrid=False)
    return figure.update_yaxes(type="category", showgrid=False)
