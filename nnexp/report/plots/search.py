"""What a search's page shows: how the best grew, what mattered, and its points along each setting and two at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.searched import Searched
from nnexp.measure import NOTHING
from nnexp.report.plots import panels, style
from nnexp.report.plots.axis import logarithmic
from nnexp.report.plots.mattered import EDGES, ROW
from nnexp.search.space import Choice, Dimension
from nnexp.search.trial import State

MOST_SLICES = 12
LATER = [[0, "rgba(59,125,216,0.15)"], [1, "rgba(59,125,216,1)"]]  # seen on white and on black
FAR = 1.5  # times the distance of the quartiles (Tukey 1977)
SYMBOLS: dict[str, str] = {State.COMPLETE: "circle", State.CLOSED: "diamond-open", State.PRUNED: "x-thin-open"}


def figures(found: Searched) -> Iterator[tuple[Figure, bool]]:
    """Draw what there is to draw, and tell what takes the whole width."""
    points = compute(found)
    if points.empty:
        return
    yield draw_history(points, found), False
    if found.importances:
        yield draw_importances(found), False
    yield draw_slices(points, found), True
    if (two := draw_contour(points, found)) is not None:
        yield two, False


def compute(found: Searched) -> pd.DataFrame:
    """Give a row for each point that is over: number, name, settings, state, value, where it is drawn, the best so far.

    What is far off all others, or has no value, is drawn at the edge, so that it does not flatten the others.
    """
    rows = [
        {"number": t.number + 1, "name": t.name, "state": str(t.state), "value": t.value}
        | {name: t.point[name] for name in found.space}
        for t in found.trials
        if t.state
    ]
    points = pd.DataFrame(rows)
    if points.empty or points.value.isna().all():
        return pd.DataFrame()
    value = points.value.astype(float) * found.measure.factor
    low, high, least, most = (float(value.quantile(share)) for share in (0.25, 0.75, 0.0, 1.0))
    edges = max(least, low - FAR * (high - low)), min(most, high + FAR * (high - low))
    drawn = value.clip(lower=edges[0], upper=edges[1]).fillna(edges[1] if found.minimize else edges[0])
    counted = value.where(points.state == State.COMPLETE)
    best = (counted.cummin() if found.minimize else counted.cummax()).ffill()
    said = points.name + ": " + [NOTHING if v != v else found.measure.show(v) for v in points.value.astype(float)]
    return points.assign(value=value, drawn=drawn, best=best, said=said + " (" + points.state + ")")


def draw_history(points: pd.DataFrame, found: Searched) -> Figure:
    """Draw each point's value in the order in which they were asked for, and the best so far."""
    figure = style.figure(
        "Value by point, and the best so far; what is far off stands at the edge", "point", found.measure.column
    )
    for place, (state, some) in enumerate(points.groupby("state", sort=False)):
        figure.add_scatter(
            x=some.number,
            y=some.drawn,
            text=some.said,
            mode="markers",
            name=str(state),
            marker={"size": 8, "color": style.COLOURS[place], "symbol": SYMBOLS.get(str(state), "circle")},
            hovertemplate="%{text}<extra></extra>",
        )
    best = {"color": style.COLOURS[-1], "shape": "hv"}
    return figure.add_scatter(x=points.number, y=points.best, mode="lines", name="best so far", line=best)


def draw_importances(found: Searched) -> Figure:
    """Draw a bar for each setting."""
    names = [*found.importances][::-1]
    title, height = "What mattered: which settings tell the better points from all", EDGES + ROW * len(names)
    figure = style.figure(title, "share, %", height=height)
    shares = [100 * found.importances[name] for name in names]
    hover = "%{y}: %{x:.0f} %<extra></extra>"
    figure.add_bar(x=shares, y=names, orientation="h", marker={"color": style.COLOURS[0]}, hovertemplate=hover)
    return figure.update_yaxes(type="category", ticklabelstandoff=6, showgrid=False).update_xaxes(range=[0, 100])


def draw_slices(points: pd.DataFrame, found: Searched) -> Figure:
    """Draw the points along each setting; the earlier a point, the fainter."""
    names = [*(found.importances or found.space)][:MOST_SLICES]
    pruned = "; crosses were pruned" if (points.state == State.PRUNED).any() else ""
    title = f"Each point along each setting: the earlier, the fainter{pruned}"
    figure = panels.begin(title, names, found.measure.column)
    for place, name in enumerate(names):
        figure.add_scatter(
            x=_values(points[name], found.space[name]),
            y=points.drawn,
            text=points.said,
            mode="markers",
            marker={
                "size": 7,
                "color": points.number,
                "colorscale": LATER,
                "line": {"width": 1, "color": style.COLOURS[0]},
                "symbol": [SYMBOLS.get(state, "circle") for state in points.state],
            },
            hovertemplate="%{text}<extra></extra>",
            **panels.place(place, len(names)),
        )
        figure.update_xaxes(**_axis(found.space[name]), **panels.place(place, len(names)))
    return figure


def draw_contour(points: pd.DataFrame, found: Searched) -> Figure | None:
    """Draw the two numbers that mattered most against each other; None where there are no two."""
    ranked = [*found.importances] or [*found.space]
    numbers = [name for name in ranked if not isinstance(found.space[name], Choice)][:2]
    points = points[points.value.notna()]
    if len(numbers) < 2 or len(points) < 4:
        return None
    x, y = numbers
    figure = style.figure(f"{x} and {y}: the levels between the points", x, y)
    line = {
        "colorbar": style.colour_bar(found.measure),
        "colorscale": style.SCALE,
        "connectgaps": True,
        "contours": {"coloring": "heatmap"},
    }
    grid_x, grid_y, levels = _between(points, found, x, y)
    figure.add_contour(x=grid_x, y=grid_y, z=levels, opacity=0.6, hoverinfo="skip", ncontours=12, **line)
    figure.add_scatter(
        x=points[x].astype(float),
        y=points[y].astype(float),
        text=points.said,
        mode="markers",
        marker={"size": 7, "color": points.drawn, "colorscale": style.SCALE, "line": {"width": 1, "color": "#fff"}},
        hovertemplate="%{text}<extra></extra>",
    )
    figure.update_xaxes(**_axis(found.space[x])).update_yaxes(**_axis(found.space[y]))
    return figure.update_layout(showlegend=False)


def _between(points: pd.DataFrame, found: Searched, x: str, y: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give levels on a grid: of each place the mean of all points, weighted by how near they are."""
    at = np.stack([_scaled(points[name].astype(float).to_numpy(), found.space[name]) for name in (x, y)])
    low, high = at.min(axis=1), at.max(axis=1)
    grids = [np.linspace(a, b, 30) for a, b in zip(low, high, strict=True)]
    span = np.where(high > low, high - low, 1.0)
    places = np.stack(np.meshgrid(*grids), axis=-1)
    distances = (((places[:, :, None, :] - at.T) / span) ** 2).sum(axis=-1)
    weights = 1 / (distances + 1e-3) ** 2
    levels = (weights * points.drawn.to_numpy()).sum(axis=-1) / weights.sum(axis=-1)
    shown = [10**grid if _is_log(found.space[name]) else grid for name, grid in zip((x, y), grids, strict=True)]
    return shown[0], shown[1], levels


def _scaled(values: np.ndarray, dimension: Dimension) -> np.ndarray:
    return np.log10(values) if _is_log(dimension) else values


def _is_log(dimension: Dimension) -> bool:
    return not isinstance(dimension, Choice) and dimension.log


def _values(column: pd.Series[str], dimension: Dimension) -> pd.Series:
    return column if isinstance(dimension, Choice) else column.astype(float)


def _axis(dimension: Dimension) -> dict[str, object]:
    if isinstance(dimension, Choice):
        return {"type": "category", "categoryorder": "array", "categoryarray": list(dimension.values)}
    return logarithmic(dimension.low, dimension.high) if dimension.log else {}
