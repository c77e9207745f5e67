"""An axis that the usual values fill: a few that lie far off are named at its edge, and do not flatten the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnexp.measure import Measure

if TYPE_CHECKING:  # a terminal needs no plotly
    from plotly.graph_objects import Figure

FAR = 3.0  # times the range of the middle half, beyond it
MARGIN = 0.06  # of the range
FEWEST = 4  # values, for some of them to be far off


def usual_range(values: Sequence[float]) -> tuple[float, float] | None:
    """Give the range of the values that lie near the others (Tukey's outer fences); None if all of them do."""
    finite = np.array([value for value in values if np.isfinite(value)])
    if len(finite) < FEWEST:
        return None
    low, high = np.quantile(finite, [0.25, 0.75])
    spread = FAR * (high - low)
    near = finite[(finite >= low - spread) & (finite <= high + spread)]
    if len(near) == len(finite) or near.min() == near.max():
        return None
    room = MARGIN * (near.max() - near.min())
    return float(near.min() - room), float(near.max() + room)


def fit(figure: Figure, axis: str, values: Sequence[float], measure: Measure) -> Figure:
    """Have the axis (`x` or `y`) show the usual values, and say beside it how many lie beyond."""
    found = usual_range(values)
    if not found:
        return figure
    low, high = found
    beyond = [float(value) for value in values if np.isfinite(value) and not low <= value <= high]
    far = sorted(set(beyond), key=lambda value: abs(value - (low + high) / 2))[-1] / measure.factor
    told = f"{len(beyond)} beyond this axis, to {measure.show(far)}: double-click to see"
    figure.update_layout({f"{axis}axis": {"range": [low, high]}})
    return figure.add_annotation(
        text=told, xref="paper", yref="paper", x=1, y=-0.02 if axis == "y" else 1, xanchor="right", yanchor="bottom",
        showarrow=False, font={"size": 11}, bgcolor="rgba(128,128,128,0.15)",
    )  # fmt: skip
