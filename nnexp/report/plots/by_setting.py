"""What each number that was swept does: the level by its value, a line for each combination of the other settings."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import is_number, label
from nnexp.report.plots import style
from nnexp.report.plots.axis import fit

FEWEST = 3  # values, for a line to say more than a table
MOST_LINES = len(style.COLOURS)
SPACED = 5.0  # the largest over the smallest, from which on a logarithmic axis may be meant


def numbers(comparison: Comparison) -> list[str]:
    """Name the settings that were swept over several numbers."""
    found = []
    for place, name in enumerate(comparison.by):
        values = {one.values[place] for one in comparison.configurations}
        if len(values) >= FEWEST and all(map(is_number, values)):
            found.append(name)
    return found


def compute(comparison: Comparison, name: str) -> pd.DataFrame:
    """Give a row for each configuration with a level: its value of the setting, what the others are, and its level."""
    place = comparison.by.index(name)
    others = [one for one in comparison.by if one != name]
    rows = []
    for one in comparison.in_natural_order:
        if one.level.n:
            rest = [value for at, value in enumerate(one.values) if at != place]
            rows.append((float(one.values[place]), label(others, rest), one.level.mean, one.level.sd))
    return pd.DataFrame(rows, columns=[name, "others", "level", "sd"]).fillna({"sd": 0.0})


def draw(levels: pd.DataFrame, comparison: Comparison) -> Figure:
    """Draw the levels with their standard deviations."""
    name, measure = levels.columns[0], comparison.measure
    figure = style.figure(f"{measure.label.capitalize()} by {name}", name, measure.column)
    lines = list(dict.fromkeys(levels.others))
    for other, colour in style.colours(lines[:MOST_LINES]).items():
        one = levels[levels.others == other].sort_values(name)
        figure.add_scatter(
            x=one[name],
            y=one.level * measure.factor,
            error_y={"array": one.sd * measure.factor, "thickness": 1, "width": 3},
            name=other,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            hovertemplate=f"%{{x}}: {style.hover(measure, 'y')}",
        )
    if is_spaced(sorted(set(levels[name]))):
        figure.update_xaxes(type="log", tickvals=sorted(set(levels[name])))
    figure.update_layout(showlegend=len(lines) > 1)
    return fit(figure, "y", (levels.level * measure.factor).tolist(), measure)


def is_spaced(values: list[float]) -> bool:
    """Tell whether values grow by factors rather than by steps."""
    if values[0] <= 0 or values[-1] / values[0] < SPACED:
        return False
    steps = [after - before for before, after in pairwise(values)]
    return max(steps) > 2 * min(steps)
