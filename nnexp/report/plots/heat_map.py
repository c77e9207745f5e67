"""A heat map of two numeric settings, such as eta and batch size."""

from __future__ import annotations

import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import is_number
from nnexp.measure import Measure
from nnexp.report.plots import style


def compute(comparison: Comparison) -> pd.DataFrame | None:
    """Give the levels with a row for each value of one setting and a column for each of the other.

    None unless the settings told apart are two, and numbers.
    """
    values = [value for one in comparison.configurations for value in one.values]
    if len(comparison.by) != 2 or not all(map(is_number, values)):
        return None
    rows = [(*map(float, one.values), one.level.mean) for one in comparison.configurations]
    down, across = comparison.by
    return pd.DataFrame(rows, columns=[down, across, "level"]).pivot_table("level", down, across)


def draw(levels: pd.DataFrame, measure: Measure) -> Figure:
    """Draw a cell for each pair of values, coloured by the level and lettered with it."""
    figure = style.figure(f"{measure.label.capitalize()} by both", str(levels.columns.name), str(levels.index.name))
    figure.add_heatmap(
        x=[f"{value:g}" for value in levels.columns],
        y=[f"{value:g}" for value in levels.index],
        z=levels.to_numpy() * measure.factor,
        colorscale="Blues",
        texttemplate=style.hover(measure, "z") if levels.size <= 100 else None,
        hovertemplate=f"%{{y}}, %{{x}}: {style.hover(measure, 'z')}<extra></extra>",
    )
    figure.update_xaxes(type="category", showgrid=False)
    return figure.update_yaxes(type="category", showgrid=False)
