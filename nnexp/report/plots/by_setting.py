"""What each number that was swept does: the level by its value, a line for each combination of the other settings."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import is_number, label
from nnexp.measure import Measure
from nnexp.report.plots import style
from nnexp.report.plots.axis import GAP, LOST_GAP, fit, logarithmic, usual_range

FEWEST = 3  # values, for a line to say more than a table
MOST_LINES = len(style.COLOURS)
MOST_TICKS = 8
ROOM = 12  # values beside each other fill an axis
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
    """Give a row for each configuration: its value of the setting, what the others are, its level, and its own name.

    One of which every run was lost has no level: its median stands there, and is marked.
    """
    place = comparison.by.index(name)
    others = [one for one in comparison.by if one != name]
    rows = []
    for one in comparison.in_natural_order:
        rest = label(others, [value for at, value in enumerate(one.values) if at != place])
        level, sd = (one.level.mean, one.level.sd) if one.level.n else (one.median, 0.0)
        rows.append((float(one.values[place]), rest, level, sd, not one.level.n, one.label))
    found = pd.DataFrame(rows, columns=[name, "others", "level", "sd", "lost", "label"])
    return found.fillna({"sd": 0.0}).sort_values(name, kind="stable", ignore_index=True)


def draw(levels: pd.DataFrame, comparison: Comparison) -> Figure:
    """Draw the levels with their standard deviations; of very many lines the points, and a line through the best."""
    name, measure = levels.columns[0], comparison.measure
    kept, lost = levels[~levels.lost], levels[levels.lost]
    lines = list(dict.fromkeys(kept.others))
    many = len(lines) > MOST_LINES
    best = ", and the best at each value" if many else ""
    figure = style.figure(f"{measure.label.capitalize()} by {name}{best}", name, measure.column)
    if many:
        _draw_points(figure, kept, measure)
        _draw_best(figure, kept, measure)
    for other, colour in style.colours([] if many else lines).items():
        _draw_line(figure, kept[kept.others == other], other, colour, measure)
    if len(lost):
        _draw_points(figure, lost, measure, lost=True)
    values = sorted(set(levels[name]))
    if is_spaced(values):
        figure.update_xaxes(logarithmic(values[0], values[-1]))
    if len(values) <= MOST_TICKS and (is_spaced(values) or _have_room(values)):
        figure.update_xaxes(tickvals=values, ticktext=[f"{value:g}" for value in values])
    figure.update_layout(showlegend=bool(many or len(lines) > 1 or len(lost)))
    shown, named = (
        kept if len(kept) >= len(lost) else levels,
        dict(zip(levels.label, levels.level * measure.factor, strict=True)),
    )
    gap = LOST_GAP if len(shown) < len(levels) else GAP
    edges = {*(measure.factor * (shown.level - shown.sd)), *(measure.factor * (shown.level + shown.sd))}
    found = usual_range([*edges], [*edges, *named.values()], gap, better=measure.better)
    return fit(figure, found, named, measure)


def is_spaced(values: list[float]) -> bool:
    """Tell whether values grow by factors rather than by steps."""
    if values[0] <= 0 or values[-1] / values[0] < SPACED:
        return False
    steps = [after - before for before, after in pairwise(values)]
    return max(steps) > 2 * min(steps)


def _have_room(values: list[float]) -> bool:
    """Tell whether each value of an axis can be lettered."""
    return min(after - before for before, after in pairwise(values)) * ROOM >= values[-1] - values[0]


def _draw_line(figure: Figure, one: pd.DataFrame, name: str, colour: str, measure: Measure) -> None:
    figure.add_scatter(
        x=one.iloc[:, 0],
        y=one.level * measure.factor,
        text=one.label,
        error_y={"array": one.sd * measure.factor, "thickness": 1, "width": 3},
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 2},
        hovertemplate=f"%{{text}}: {style.hover(measure, 'y')}<extra></extra>",
    )


def _draw_points(figure: Figure, some: pd.DataFrame, measure: Measure, *, lost: bool = False) -> None:
    figure.add_scatter(
        x=some.iloc[:, 0],
        y=some.level * measure.factor,
        text=some.label,
        name="every run lost: its median" if lost else "a setting",
        mode="markers",
        marker={"symbol": "x" if lost else "circle", "size": 8, "opacity": 0.6, "color": style.COLOURS[lost]},
        hovertemplate=f"%{{text}}: {style.hover(measure, 'y')}<extra></extra>",
    )


def _draw_best(figure: Figure, kept: pd.DataFrame, measure: Measure) -> None:
    at = kept.groupby(kept.columns[0])["level"]
    best = kept.loc[at.idxmax() if measure.higher_is_better else at.idxmin()]
    figure.add_scatter(
        x=best.iloc[:, 0],
        y=best.level * measure.factor,
        name="the best",
        mode="lines",
        line={"color": style.COLOURS[0], "width": 2},
        hoverinfo="skip",
    )
