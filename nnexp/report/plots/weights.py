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
MOST_NEURONS = 60
COLUMNS = 10


def compute(store: RunStore, run_id: str) -> NDArray[np.float32] | None:
    """Give the first layer's weights as images (n_out, h, w); None where there are none, or they are not square."""
    reader = RunReader(run_id, store)
    arrays = reader.arrays(PARAMETERS) if reader.has(PARAMETERS) else {}
    if FIRST not in arrays or arrays[FIRST].ndim != 2 or arrays[FIRST].dtype.kind != "f":
        return None
    weights = arrays[FIRST].astype(np.float32)
    side = isqrt(weights.shape[1])
    return weights.reshape(-1, side, side) if side * side == weights.shape[1] else None


def draw(weights: NDArray[np.float32], title: str) -> Figure:
    """Draw the first neurons' weights, red below nothing and blue above, each on a scale of its own."""
    few = weights[:MOST_NEURONS]
    most = np.abs(few).max(axis=(1, 2), keepdims=True)
    return sheet.draw(sheet.tile(few / np.where(most > 0, most, 1), COLUMNS), title, "RdBu", -1, 1)
