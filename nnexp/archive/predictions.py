"""The answers of a trained network on the test set, example by example, as its run left them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.archive.reader import RunReader
from nnexp.errors import RecordError
from nnexp.measure import LOST_FROM
from nnexp.recording.files import PREDICTIONS
from nnexp.tasks.network.lost import lost_classes
from nnexp.tracking.store import RunStore

ANSWERS = PREDICTIONS  # the file that holds them
ARRAYS = ("labels", "predicted", "confidence")
CLASSES, SHAPE = "classes", "shape"  # what there may be besides
MOST_CLASSES = 1 << 12  # a table of them fits the memory


@dataclass(frozen=True)
class Predictions:
    """A network's answers on the test set, each (n,): the right class, the class it chose, and its winning output.

    `classes` are the names of all classes there are; `shape` is (height, width) of a picture, where that is known.
    """

    labels: NDArray[np.integer]
    predicted: NDArray[np.integer]
    confidence: NDArray[np.floating]
    classes: tuple[str, ...]
    shape: tuple[int, int] | None = None

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Which examples it got right."""
        right: NDArray[np.bool_] = self.labels == self.predicted
        return right

    def lost(self, fewest: int = LOST_FROM) -> list[int]:
        """List the classes that it lost, of those that have so many examples."""
        return lost_classes(self.labels, self.predicted, fewest)

    def never_predicted(self) -> list[int]:
        """List the classes that it chose for no example."""
        found: list[int] = np.flatnonzero(np.bincount(self.predicted, minlength=len(self.classes)) == 0).tolist()
        return found

    def recalls(self) -> list[float]:
        """Give the share that it recognised of each class that has examples."""
        k = len(self.classes)
        sizes = np.bincount(self.labels, minlength=k).tolist()
        hits = np.bincount(self.labels[self.correct], minlength=k).tolist()
        return [right / size for right, size in zip(hits, sizes, strict=True) if size]

    def named(self, numbers: Sequence[str]) -> list[str]:
        """Name classes that a record gives by number."""
        names = {str(number): name for number, name in enumerate(self.classes)}
        return [names.get(one, one) for one in numbers]

    @property
    def shares(self) -> dict[str, float]:
        """What share of the examples is of each class, by its name."""
        counts = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, (counts / len(self.labels)).tolist(), strict=True))

    def confusion(self) -> NDArray[np.int64]:
        """Count the examples (classes, classes): a row for each right class, a column for each chosen one."""
        k = len(self.classes)
        counts = np.bincount(self.labels.astype(np.int64) * k + self.predicted, minlength=k * k)
        return counts.reshape(k, k)


def read_predictions(store: RunStore, run_id: str) -> Predictions | None:
    """Read a run's answers; None if it kept none."""
    reader = RunReader(run_id, store)
    return answers_of(reader.arrays(PREDICTIONS)) if reader.has(PREDICTIONS) else None


def answers_of(arrays: Mapping[str, NDArray[Any]]) -> Predictions | None:
    """Take arrays for answers; None if they are others, of a task of its own. Classes without names are numbers.

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
    classes = _classes(arrays.get(CLASSES), 1 + int(max(labels.max(), predicted.max())))
    numbers = (labels.astype(np.int64), predicted.astype(np.int64))  # of any kind that a file may hold
    return Predictions(*numbers, confidence, classes, _shape(arrays.get(SHAPE)))


def _classes(names: NDArray[Any] | None, fewest: int) -> tuple[str, ...]:
    if names is None:
        return tuple(map(str, range(fewest)))
    found = tuple(map(str, names)) if names.dtype.kind == "U" and names.ndim == 1 else ()
    if not fewest <= len(found) <= MOST_CLASSES or len({*found}) < len(found):
        raise RecordError(f"{PREDICTIONS} holds no names of classes: a different one for each of {fewest} at least")
    return found


def _shape(found: NDArray[Any] | None) -> tuple[int, int] | None:
    if found is None:
        return None
    if found.dtype.kind not in "iu" or found.shape != (2,) or found.min() < 1:
        raise RecordError(f"{PREDICTIONS} holds no shape of a picture: its height and width")
    return int(found[0]), int(found[1])
