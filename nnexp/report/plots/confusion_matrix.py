"""Which class is taken for which: the examples of each class, by what the network called them.

Its numbers are `Predictions.confusion`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from nnexp.report.plots import style


def draw(counts: NDArray[np.int64], title: str) -> Figure:
    """Draw the counts; the colour shows the mistakes alone, for the right answers would outshine them."""
    figure = style.figure(title, "called", "is a", height=460)
    right = np.eye(len(counts), dtype=bool)
    mistakes = np.where(right | (counts == 0), np.nan, counts.astype(float))
    digits = [str(digit) for digit in range(len(counts))]
    figure.add_heatmap(
        x=digits,
        y=digits,
        z=mistakes,
        text=np.where(np.isnan(mistakes), "", counts.astype(str)),
        texttemplate="%{text}",
        hovertemplate="%{y} called %{x}: %{z}<extra></extra>",
        zmin=0,
        colorscale="Oranges",
        showscale=False,
        xgap=1,
        ygap=1,
    )
    for digit, found in zip(digits, np.diag(counts), strict=True):
        figure.add_annotation(x=digit, y=digit, text=str(found), font={"weight": "bold"}, showarrow=False)
    figure.update_layout(xaxis_type="category", yaxis={"type": "category", "autorange": "reversed"})
    return figure.update_xaxes(showgrid=False).update_yaxes(showgrid=False)
