"""An axis that most values fill: the few that lie far off are named at its edge, and do not flatten the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING

import numpy as np

from nnexp.escape import shortened
from nnexp.measure import DOWN, Measure

if TYPE_CHECKING:  # a terminal needs no plotly
    from plotly.graph_objects import Figure

GAP = 5.0  # times the range of all that remain, as wide as which the gap is that parts them from what is far off
LOST_GAP = 2.0  # likewise, where these are lost runs, which say little of their setting
MARGIN = 0.06  # of the range
FEWEST = 4  # values, for some of them to be far off
MOST_NAMED = 2
LONGEST = 34  # characters of a name
ROUND = ((1,), (1, 3), (1, 2, 5))  # of each power of ten
FEWEST_TICKS = 4
LINE = 0.09  # of the range, where a line of text stands

Range = tuple[float, float]


def usual_range(
    values: Sequence[float], all_of_them: Sequence[float] = (), gap: float = GAP, *, better: str = ""
) -> Range | None:
    """Give the range that most of the values fill; None where it is not much less than that of all of them.

    Which way is `better` is said of what is judged: the best are never far off, however few they are.
    """
    every = _finite([*values, *all_of_them])
    near = _near(_finite(values), better)
    if len(near) == 0 or len(every) < FEWEST:
        return None
    low, high = float(near[0]), float(near[-1])
    if every[-1] - every[0] <= (1 + gap) * (high - low):
        return None
    room = MARGIN * ((high - low) or abs(low) or 1.0)
    return low - room, high + room


def fit(figure: Figure, found: Range | None, named: Mapping[str, float], measure: Measure) -> Figure:
    """Have the vertical axis show a range, and name at its edge what lies beyond, by its values there."""
    if not found:
        return figure
    far = {name: value for name, value in named.items() if np.isfinite(value) and not found[0] <= value <= found[1]}
    is_high = sum(value > found[1] for value in far.values()) > len(far) / 2
    room = LINE * (found[1] - found[0]) * bool(far)
    figure.update_yaxes(range=[found[0] - room * (not is_high), found[1] + room * is_high])
    if not far:
        return figure
    first = [*far.items()][: MOST_NAMED if len(far) <= MOST_NAMED else 1]
    told = [f"{shortened(name, LONGEST)}: {measure.show(value / measure.factor)}" for name, value in first]
    more = f" and {len(far) - len(first)} more" if len(far) > len(first) else ""
    return figure.add_annotation(
        text=f"{'▴' if is_high else '▾'} {', '.join(told)}{more}", xref="paper", yref="paper", x=1,
        y=1 if is_high else 0, xanchor="right", yanchor="top" if is_high else "bottom", showarrow=False,
        font={"size": 11}, hovertext="beyond this axis",
    )  # fmt: skip


def logarithmic(low: float, high: float) -> dict[str, object]:
    """Give a logarithmic axis between two numbers, lettered with a few round ones."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    for steps in ROUND:
        ticks = [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]
        if len(ticks) >= FEWEST_TICKS:
            break
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks], "tickangle": 0}


def _finite(values: Sequence[float]) -> np.ndarray:
    return np.sort([value for value in values if np.isfinite(value)])


def _near(ordered: np.ndarray, better: str) -> np.ndarray:
    """Cut off, again and again, what a wide gap parts from at least half of all values, and is not the better part."""
    least = len(ordered) / 2
    while len(ordered) >= FEWEST:
        gaps = np.diff(ordered)
        cut = int(np.argmax(gaps)) + 1
        is_below = better == DOWN or (not better and cut >= len(ordered) - cut)
        kept = ordered[:cut] if is_below else ordered[cut:]
        if len(kept) < max(least, 2) or gaps[cut - 1] < GAP * (kept[-1] - kept[0]) or gaps[cut - 1] == 0:
            break
        ordered = kept
    return ordered
