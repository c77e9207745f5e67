"""What the first layer looks at: each hidden neuron's weights as an image."""

from __future__ import annotations

from math import isqrt

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from nnexp.archive.reader import RunReader
from nnexp.recording.files import PARAMETERS
from nnexp.report.plots import sheet
from nnexp.tracking.store import RunStore

FIRST = "weights_0"
MOST_NEURONS = 40
COLUMNS = 10


def compute(store: RunStore, run_id: str, shape: tuple[int, int] | None = None) -> NDArray[np.float32] | None:
    """Give the first layer's weights as images (n_out, h, w); None where there are none, or inputs are no pictures.

    `shape` is (h, w) of a picture, by default a square; pictures of one row are none.
    """
    reader = RunReader(run_id, store)
    arrays = reader.arrays(PARAMETERS) if reader.has(PARAMETERS) else {}
    if FIRST not in arrays or arrays[FIRST].ndim != 2 or arrays[FIRST].dtype.kind != "f":
        return None
    weights = arrays[FIRST].astype(np.float32)
    h, w = shape or 2 * (isqrt(weights.shape[1]),)
    return weights.reshape(-1, h, w) if h > 1 and h * w == weights.shape[1] else None


def draw(weights: NDArray[np.float32], title: str) -> Figure:
    """Draw the first neurons' weights, red below nothing and blue above, each on a scale of its own."""
    few = weights[:MOST_NEURONS]
    most = np.abs(few).max(axis=(1, 2), keepdims=True)
    return sheet.draw(sheet.tile(few / np.where(most > 0, most, 1), COLUMNS), title, "RdBu", -1, 1)
