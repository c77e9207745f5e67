"""The answers of a trained network, example by example, and two networks compared on the same examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.archive.reader import RunReader
from nnexp.errors import RecordError
from nnexp.measure import LOST_RECALL
from nnexp.recording.files import PREDICTIONS
from nnexp.statistics.estimates import mcnemar
from nnexp.tracking.store import RunStore

ANSWERS = PREDICTIONS  # the file that holds them
ARRAYS = ("labels", "predicted", "confidence")
MOST_CLASSES = 1 << 12  # a table of them fits the memory


@dataclass(frozen=True)
class Predictions:
    """A network's answers on the test set, each (n,): the right class, the class it chose, and its winning output."""

    labels: NDArray[np.integer]
    predicted: NDArray[np.integer]
    confidence: NDArray[np.floating]

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Which examples it got right."""
        right: NDArray[np.bool_] = self.labels == self.predicted
        return right

    def lost(self) -> list[int]:
        """List the classes that it lost."""
        classes = np.unique(self.labels)
        return [int(one) for one in classes if self.correct[self.labels == one].mean() <= LOST_RECALL]

    def confusion(self) -> NDArray[np.int64]:
        """Count the examples (classes, classes): a row for each right class, a column for each chosen one."""
        classes = int(max(self.labels.max(), self.predicted.max())) + 1
        counts = np.zeros((classes, classes), dtype=np.int64)
        np.add.at(counts, (self.labels, self.predicted), 1)
        return counts


@dataclass(frozen=True)
class McNemar:
    """Two networks on the same examples: how many each alone got right, and McNemar's exact p."""

    examples: int
    only_a: int
    only_b: int
    p: float

    @property
    def difference(self) -> float:
        """How much more of the examples b got right, as a fraction."""
        return (self.only_b - self.only_a) / self.examples

    @property
    def interval(self) -> tuple[float, float]:
        """Give the 95 % interval of the difference (Wald, for paired proportions)."""
        n, b, c = self.examples, self.only_a, self.only_b
        half = 1.959964 * sqrt(max(b + c - (b - c) ** 2 / n, 0)) / n
        return self.difference - half, self.difference + half


def read_predictions(store: RunStore, run_id: str) -> Predictions | None:
    """Read a run's answers; None if it kept none."""
    reader = RunReader(run_id, store)
    return answers_of(reader.arrays(PREDICTIONS)) if reader.has(PREDICTIONS) else None


def answers_of(arrays: Mapping[str, NDArray[Any]]) -> Predictions | None:
    """Take arrays for answers; None if they are others, of a task of its own.

    Raises
    ------
    RecordError
        For what is no answer to anything: it would be counted by.
    """
    if not all(name in arrays for name in ARRAYS):
        return None
    labels, predicted, confidence = (arrays[name] for name in ARRAYS)
    if not (
        labels.ndim == 1
        and len(labels) > 0
        and labels.shape == predicted.shape == confidence.shape
        and confidence.dtype.kind == "f"
        and all(one.dtype.kind in "iu" and 0 <= one.min() <= one.max() < MOST_CLASSES for one in (labels, predicted))
    ):
        raise RecordError(f"{PREDICTIONS} holds no answers: a class for each example, and one that was chosen")
    return Predictions(labels, predicted, confidence)


def compare_predictions(a: Predictions, b: Predictions) -> McNemar | None:
    """Compare two networks on their test examples; None if these are not the same."""
    if not np.array_equal(a.labels, b.labels):
        return None
    only_a, only_b = int(np.sum(a.correct & ~b.correct)), int(np.sum(b.correct & ~a.correct))
    return McNemar(len(a.labels), only_a, only_b, mcnemar(only_a, only_b))
