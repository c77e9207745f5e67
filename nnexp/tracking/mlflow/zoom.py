"""The part of an axis in which curves differ: what they came to, and not where they all began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean

from nnexp.measure import is_usable

LATE = 1 / 3  # of all epochs: what came after it is shown
FAR = 3.0  # times the range of the others: curves behind such a gap are not
MARGIN = 0.1  # of the range, above and below
WORTH = 0.7  # of the whole range: where the part is larger, the whole may as well be seen

Curve = Sequence[tuple[int, float]]  # by epoch


def mean_curve(curves: Sequence[Curve]) -> Curve:
    """Average curves epoch by epoch, as the page does for the runs of a setting."""
    values: dict[int, list[float]] = {}
    for curve in curves:
        for epoch, value in curve:
            values.setdefault(epoch, []).append(value)
    return [(epoch, fmean(some)) for epoch, some in sorted(values.items())]


def zoom(curves: Sequence[Curve], *, higher_is_better: bool) -> Mapping[str, float]:
    """Give the range of an axis for some curves, in the words of MLflow's charts; empty where all of it may be seen."""
    known = [curve for each in curves if (curve := [point for point in each if is_usable(point[1])])]
    epochs = {epoch for curve in known for epoch, _ in curve}
    if len(epochs) < 2:
        return {}
    begin = min(epochs) + LATE * (max(epochs) - min(epochs))
    late = [some for curve in known if (some := [value for epoch, value in curve if epoch >= begin])]
    near = _near(sorted(late, key=lambda values: values[-1], reverse=higher_is_better))
    low, high = min(map(min, near)), max(map(max, near))
    whole = [value for curve in known for _, value in curve]
    if not 0 < high - low < WORTH * (max(whole) - min(whole)):
        return {}
    room = MARGIN * (high - low)
    return {"yMin": low - room, "yMax": high + room}


def _near(curves: Sequence[Sequence[float]]) -> Sequence[Sequence[float]]:
    """Leave out those far behind the others, at most half of them; the best curve comes first."""
    ends = [curve[-1] for curve in curves]
    gaps = [abs(b - a) for a, b in pairwise(ends)]
    if not gaps:
        return curves
    widest = gaps.index(max(gaps))
    kept = widest + 1
    far = 2 * kept >= len(curves) and gaps[widest] > FAR * max(abs(ends[widest] - ends[0]), _wobble(curves[0]))
    return curves[:kept] if far and kept > 1 else curves


def _wobble(curve: Sequence[float]) -> float:
    return max(curve) - min(curve)
