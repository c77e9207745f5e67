"""Which classes a network lost, by its answers: its accuracy says little of its settings then. Knows no network."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.measure import LOST_FROM, LOST_RECALL


def lost_classes(labels: NDArray[Any], predicted: NDArray[Any], fewest: int = LOST_FROM) -> list[int]:
    """List the classes of which at most a fifth is recognised, of those that have so many examples."""
    classes, counts = np.unique(labels, return_counts=True)
    right = labels == predicted
    return [int(one) for one in classes[counts >= fewest] if right[labels == one].mean() <= LOST_RECALL]
