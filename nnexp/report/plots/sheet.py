"""Many small images on one sheet, in rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from nnexp.report.plots import style

GAP = 4  # pixels


def tile(images: NDArray[np.number], columns: int, below: int = GAP, beside: int = GAP) -> NDArray[np.float32]:
    """Lay images (n, h, w) out in rows, with so many pixels below each and beside it; these are nan."""
    n, h, w = images.shape
    rows = -(-n // columns)
    sheet = np.full((rows, h + below, columns, w + beside), np.nan, dtype=np.float32)
    for place, image in enumerate(images):
        sheet[place // columns, :h, place % columns, :w] = image
    return sheet.reshape(rows * (h + below), columns * (w + beside))


def draw(sheet: NDArray[np.float32], title: str, scale: str, low: float, high: float) -> Figure:
    """Draw a sheet to its own proportions, without axes."""
    rows, columns = sheet.shape
    figure = style.figure(title, height=max(260, min(820, 64 + round(700 * rows / columns))))
    figure.add_heatmap(z=np.round(sheet, 2), colorscale=scale, zmin=low, zmax=high, showscale=False, hoverinfo="skip")
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    return figure.update_layout(margin={"l": 4, "r": 4, "b": 4}, meta={"ratio": rows / columns})
