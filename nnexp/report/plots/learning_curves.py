"""Learning curves: what each configuration has reached after so many epochs, and after so many seconds."""

from __future__ import annotations

import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.frame import history_frame
from nnexp.comparison.summary import Summary
from nnexp.measure import TOTAL, Measure
from nnexp.report.plots import style
from nnexp.report.plots.axis import fit
from nnexp.tracking.store import RunStore

FEW_EPOCHS = 10
Curves = pd.DataFrame  # configuration, epoch, median, low, high, seconds


def compute(comparison: Comparison, store: RunStore) -> Curves:
    """Give a row for each epoch of the configurations that `shown` picks; `seconds` is the mean time gone by."""
    return pd.concat([_curve(one, comparison.measure, store) for one in shown(comparison)], ignore_index=True)


def draw(curves: Curves, measure: Measure) -> Figure:
    """Draw by epoch: for each configuration the median over its runs, in a band from the lowest to the highest."""
    title = f"{measure.noun.capitalize()} by epoch: median, and from the lowest to the highest run"
    figure = style.figure(title, "epoch", measure.column)
    for label, colour in style.colours(list(curves.configuration)).items():
        one = curves[curves.configuration == label]
        figure.add_scatter(
            x=[*one.epoch, *one.epoch[::-1]],
            y=[*(one.high * measure.factor), *(one.low[::-1] * measure.factor)],
            mode="lines",
            fill="toself",
            fillcolor=style.faint(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=label,
        )
        figure.add_scatter(
            x=one.epoch,
            y=one["median"] * measure.factor,
            name=label,
            legendgroup=label,
            mode="lines",
            line={"color": colour, "width": 2},
            hovertemplate=f"epoch %{{x}}: {style.hover(measure, 'y')}",
        )
    if curves.epoch.max() <= FEW_EPOCHS:
        figure.update_xaxes(dtick=1)  # no half of an epoch is measured
    return fit(figure, "y", [*curves.low * measure.factor, *curves.high * measure.factor], measure)


def draw_by_time(curves: Curves, measure: Measure) -> Figure:
    """Draw by wall time: for each configuration its median over its mean seconds."""
    title = f"{measure.noun.capitalize()} by time: median over runs"
    figure = style.figure(title, "seconds since the start", measure.column)
    for label, colour in style.colours(list(curves.configuration)).items():
        one = curves[curves.configuration == label].dropna(subset="seconds")
        figure.add_scatter(
            x=one.seconds,
            y=one["median"] * measure.factor,
            name=label,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 4},
            hovertemplate=f"%{{x:.1f}} s: {style.hover(measure, 'y')}",
        )
    return figure


def shown(comparison: Comparison) -> tuple[Summary, ...]:
    """Pick the configurations that curves are drawn of: the best few."""
    return comparison.configurations[: style.MOST_CURVES]


def _curve(configuration: Summary, measure: Measure, store: RunStore) -> Curves:
    values = history_frame(store, configuration.runs, measure.history)
    seconds = history_frame(store, configuration.runs, TOTAL.name)
    by_epoch = values.groupby("epoch")["value"].agg(["median", "min", "max"])
    by_epoch["seconds"] = seconds.groupby("epoch")["value"].mean()
    by_epoch = by_epoch.rename(columns={"min": "low", "max": "high"}).reset_index()
    return by_epoch.assign(configuration=configuration.label)
