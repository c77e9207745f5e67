"""Many small images on one sheet, in rows; a byte a pixel, for a page that is sent about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from plotly.colors import get_colorscale
from plotly.graph_objects import Figure

from nnexp.report.plots import style

GAP = 2  # pixels
NOTHING = "rgba(0,0,0,0)"
LEVELS = 255  # 0 is none of them, and the page shows through it


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
    figure.add_heatmap(
        z=_codes(sheet, low, high), colorscale=_scale(scale), zmin=0, zmax=LEVELS, showscale=False, hoverinfo="skip"
    )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    return figure.update_layout(margin={"l": 4, "r": 4, "b": 4}, meta={"ratio": rows / columns})


def _codes(sheet: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    share = np.clip((sheet - low) / (high - low), 0, 1)
    codes: NDArray[np.float32] = np.where(np.isnan(share), 0, 1 + np.round(np.nan_to_num(share) * (LEVELS - 1)))
    return codes.astype(np.uint8)


def _scale(name: str) -> list[list[float | str]]:
    """Give a scale of colours from the second code on; the first is transparent."""
    first = 1 / LEVELS
    colours: list[list[float | str]] = [[first + (1 - first) * place, colour] for place, colour in get_colorscale(name)]
    return [[0, NOTHING], [first, NOTHING], *colours]
