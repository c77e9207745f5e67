"""The pictures of a run that its recorder draws: its curves, and of a network its confusion and its weights.

They are made of what the record holds anyway, so that no rerun compares them and no page needs them: they stand where
the store itself is looked at. What a run returned itself stands before them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.measure import DOWN, Measure, judging
from nnexp.miniature import confusion, curve, weights
from nnexp.miniature.curve import Line
from nnexp.recording.files import ARRAYS, CONFUSION, CURVE, PARAMETERS, PREDICTIONS, WEIGHTS
from nnexp.training.events import Ending, Epoch, Finished

Arrays = Mapping[str, NDArray[Any]]


def drawn(ending: Ending, epochs: Sequence[Epoch], measures: Collection[Measure]) -> Iterator[tuple[str, bytes]]:
    """Draw what a run came to, each picture with the name of its file."""
    if picture := curve.draw(_panels(epochs, measures)):
        yield CURVE, picture
    if isinstance(ending, Finished):
        yield from _of_network(ending)


def _panels(epochs: Sequence[Epoch], measures: Collection[Measure]) -> list[list[Line]]:
    """Choose what is drawn: first what a run is judged by, then what it was to make less."""

    def line(one: Measure) -> Line:
        values = ((epoch.number, epoch.metrics.get(one.name)) for epoch in epochs)
        name = f"{one.label} %" if one.is_fraction else one.label
        return Line(name, [(number, one.factor * value) for number, value in values if value is not None])

    last = epochs[-1].metrics if epochs else {}
    known = [one for one in measures if one.name in last and not one.is_timed]
    judged = judging(known) or [one for one in known if one.better][:1]
    costs = [one for one in known if one.better == DOWN and not one.purpose and one not in judged]
    return [[*map(line, _of_one_kind(some))] for some in (judged, costs) if some]


def _of_one_kind(measures: Sequence[Measure]) -> Iterable[Measure]:
    """Keep those that fit the scale of the first."""
    first = measures[0]
    return [one for one in measures if (one.noun, one.unit) == (first.noun, first.unit)]


def _of_network(ending: Finished) -> Iterator[tuple[str, bytes]]:
    answers = ending.arrays.get(PREDICTIONS.removesuffix(ARRAYS), {})
    layers = {**ending.state, **ending.arrays}.get(PARAMETERS.removesuffix(ARRAYS), {})
    if (found := _counts(answers)) and (picture := confusion.draw(*found)):
        yield CONFUSION, picture
    first = layers.get("weights_0")
    if first is not None and first.ndim == 2 and first.dtype.kind == "f":
        side, shape = isqrt(first.shape[1]), answers.get("shape")
        h, w = (side, side) if shape is None or shape.shape != (2,) else shape.tolist()
        if picture := weights.draw(first, (h, w)):
            yield WEIGHTS, picture


def _counts(answers: Arrays) -> tuple[NDArray[np.int64], list[str]] | None:
    """Count the examples (k, k) by right and chosen class, with the classes' names; None for what are no answers."""
    labels, predicted = answers.get("labels"), answers.get("predicted")
    if labels is None or predicted is None or labels.ndim != 1 or labels.shape != predicted.shape or not len(labels):
        return None
    if {labels.dtype.kind, predicted.dtype.kind} - {"u", "i"} or min(labels.min(), predicted.min()) < 0:
        return None
    k = 1 + int(max(labels.max(), predicted.max()))
    if k > confusion.MOST:
        return None
    names = [*map(str, np.ravel(answers.get("classes", range(k))))]
    if not k <= len(names) <= confusion.MOST:
        return None
    counts = np.bincount(labels.astype(np.int64) * len(names) + predicted, minlength=len(names) ** 2)
    return counts.reshape(len(names), len(names)), names
