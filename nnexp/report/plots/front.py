"""The front of time and quality: the configurations than which none is both faster and better."""

from __future__ import annotations

import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.measure import Measure
from nnexp.report.plots import style
from nnexp.report.plots.axis import fit, usual_range


def compute(comparison: Comparison) -> pd.DataFrame:
    """Give a row for each configuration with a level: seconds a run, level, its deviation, and whether on the front."""
    rows = [
        (one.label, one.run_seconds, one.level.mean, one.level.sd) for one in comparison.configurations if one.level.n
    ]
    points = pd.DataFrame(rows, columns=["configuration", "seconds", "level", "sd"]).dropna(subset="seconds")
    by_time = points.sort_values(["seconds", "level"], ascending=[True, not comparison.measure.higher_is_better]).level
    best = by_time.cummax() if comparison.measure.higher_is_better else by_time.cummin()
    return points.assign(on_front=(by_time == best) & ~best.duplicated())


def draw(points: pd.DataFrame, measure: Measure) -> Figure:
    """Draw a point with its standard deviation for each configuration, and a line through those on the front."""
    what, side = (measure.noun, "above") if measure.higher_is_better else (f"a lower {measure.noun}", "below")
    title = f"What {what} costs: settings, and the line none is {side}"
    figure = style.figure(title, "seconds a run", measure.column)
    front = points[points.on_front].sort_values("seconds")
    figure.add_scatter(
        x=front.seconds,
        y=front.level * measure.factor,
        mode="lines",
        line={"color": style.COLOURS[-1], "dash": "dot"},
        hoverinfo="skip",
        showlegend=False,
    )
    few = len(points) <= style.MOST_CURVES
    for place, (_, one) in enumerate(points.groupby("configuration" if few else "on_front", sort=False)):
        figure.add_scatter(
            x=one.seconds,
            y=one.level * measure.factor,
            error_y={"array": one.sd * measure.factor, "thickness": 1.2, "width": 4},
            text=one.configuration,
            name=one.configuration.iloc[0] if few else "on the line" if one.on_front.iloc[0] else style.OTHERS,
            mode="markers",
            marker={"size": 9, "color": style.COLOURS[place]},
            hovertemplate=f"%{{text}}: %{{x:.3~g}} s, {style.hover(measure, 'y')}<extra></extra>",
        )
    named = dict(zip(points.configuration, points.level * measure.factor, strict=True))
    figure.update_xaxes(rangemode="tozero").update_layout(showlegend=True)
    sd = points.sd.fillna(0.0)
    edges = {*(measure.factor * (points.level - sd)), *(measure.factor * (points.level + sd))}
    return fit(figure, usual_range([*edges], better=measure.better), named, measure)
