"""Accuracy by epoch: for each setting the mean over its runs, and a band from the lowest to the highest of them."""

from __future__ import annotations

import pandas as pd
from plotly.graph_objs._figure import Figure

from nnexp.comparison.compare import Comparison
from nnexp.comparison.frame import history_frame
from nnexp.comparison.summary import Summary
from nnexp.measure import Measure
from nnexp.report.plots import style
from nnexp.tracking.store import RunStore

Curve = pd.DataFrame  # setting, epoch, mean, low, high, seconds


def compute(comparison: Comparison, store: RunStore) -> Curve:
    """Give a row for each setting and epoch, of the settings that `shown` picks; `seconds` is the mean time gone by."""
    return pd.concat([_curve(one, comparison.measure, store) for one in shown(comparison)], ignore_index=True)


def draw(curves: Curve, measure: Measure) -> Figure:
    """Draw a line and a band for each setting."""
    name = measure.column
    figure = style.figure("Accuracy by epoch: mean, and from the lowest to the highest run", "epoch", name)
    for label, colour in style.colours(list(curves.setting)).items():
        one = curves[curves.setting == label]
        figure.add_scatter(
            x=[*one.epoch, *one.epoch[::-1]],
            y=[*(one.high * measure.factor), *(one.low[::-1] * measure.factor)],
            fill="toself",
            fillcolor=style.faint(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=label,
        )
        figure.add_scatter(
            x=one.epoch,
            y=one["mean"] * measure.factor,
            name=label,
            legendgroup=label,
            mode="lines",
            line={"color": colour, "width": 2},
            hovertemplate="epoch %{x}: %{y:.2f}",
        )
    return figure


def shown(comparison: Comparison) -> tuple[Summary, ...]:
    """Pick the settings that curves are drawn of: the best few, and always the baseline."""
    best = comparison.settings[: style.MOST_CURVES]
    if comparison.baseline is None or comparison.baseline in {one.label for one in best}:
        return best
    return (*best[:-1], next(one for one in comparison.settings if one.label == comparison.baseline))


def _curve(setting: Summary, measure: Measure, store: RunStore) -> Curve:
    accuracy = history_frame(store, setting.runs, measure.history)
    seconds = history_frame(store, setting.runs, "time/total_s")
    by_epoch = accuracy.groupby("epoch")["value"].agg(["mean", "min", "max"])
    by_epoch["seconds"] = seconds.groupby("epoch")["value"].mean()
    by_epoch = by_epoch.rename(columns={"min": "low", "max": "high"}).reset_index()
    return by_epoch.assign(setting=setting.label)
