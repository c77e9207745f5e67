"""An axis that the usual values fill: a few that lie far off are named at its edge, and do not flatten the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnexp.measure import Measure

if TYPE_CHECKING:  # a terminal needs no plotly
    from plotly.graph_objects import Figure

GAP = 5.0  # times the range of all that remain, as wide as which the gap is that parts them from what is far off
LOST_GAP = 2.0  # likewise, where these are lost runs, which say little of their setting
MARGIN = 0.06  # of the range
FEWEST = 4  # values, for some of them to be far off

Range = tuple[float, float]


def usual_range(values: Sequence[float], all_of_them: Sequence[float] = (), gap: float = GAP) -> Range | None:
    """Give the range that most of the values fill; None where it is not much less than that of all of them."""
    every = _finite([*values, *all_of_them])
    near = _near(_finite(values))
    if len(near) == 0 or len(every) < FEWEST:
        return None
    low, high = float(near[0]), float(near[-1])
    if every[-1] - every[0] <= (1 + gap) * (high - low):
        return None
    room = MARGIN * ((high - low) or abs(low) or 1.0)
    return low - room, high + room


def fit(figure: Figure, axis: str, values: Sequence[float], measure: Measure) -> Figure:
    """Have the axis (`x` or `y`) show the usual values, and say beside it how many lie beyond."""
    found = usual_range(values)
    if not found:
        return figure
    low, high = found
    beyond = [float(value) for value in values if np.isfinite(value) and not low <= value <= high]
    if not beyond:
        return figure
    far = sorted(set(beyond), key=lambda value: abs(value - (low + high) / 2))[-1] / measure.factor
    told = f"{len(beyond)} beyond this axis, to {measure.show(far)}: double-click to see"
    figure.update_layout({f"{axis}axis": {"range": [low, high]}})
    return figure.add_annotation(
        text=told, xref="paper", yref="paper", x=1, y=-0.02 if axis == "y" else 1, xanchor="right", yanchor="bottom",
        showarrow=False, font={"size": 11}, bgcolor="rgba(128,128,128,0.15)",
    )  # fmt: skip


def _finite(values: Sequence[float]) -> np.ndarray:
    return np.sort([value for value in values if np.isfinite(value)])


def _near(ordered: np.ndarray) -> np.ndarray:
    """Cut off, again and again, what a wide gap parts from at least half of all values."""
    least = len(ordered) / 2
    while len(ordered) >= FEWEST:
        gaps = np.diff(ordered)
        cut = int(np.argmax(gaps)) + 1
        kept = ordered[:cut] if cut >= len(ordered) - cut else ordered[cut:]
        if len(kept) < max(least, 2) or gaps[cut - 1] < GAP * (kept[-1] - kept[0]) or gaps[cut - 1] == 0:
            break
        ordered = kept
    return ordered
