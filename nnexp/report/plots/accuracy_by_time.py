"""Accuracy by wall time: what each setting has reached after so many seconds."""

from __future__ import annotations

from plotly.graph_objs._figure import Figure

from nnexp.measure import Measure
from nnexp.report.plots import style
from nnexp.report.plots.accuracy_by_epoch import Curve, compute

__all__ = ["compute", "draw"]


def draw(curves: Curve, measure: Measure) -> Figure:
    """Draw a line for each setting, its mean accuracy over its mean seconds."""
    figure = style.figure("Accuracy by time: mean over runs", "seconds since the start", measure.column)
    for label, colour in style.colours(list(curves.setting)).items():
        one = curves[curves.setting == label].dropna(subset="seconds")
        figure.add_scatter(
            x=one.seconds,
            y=one["mean"] * measure.factor,
            name=label,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 4},
            hovertemplate="%{x:.1f} s: %{y:.2f}",
        )
    return figure
