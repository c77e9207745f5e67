"""The classes of a data set: their names, and whether some have so few examples that accuracy hardly counts them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from nnexp.core import EpochResult
from nnexp.datasets import Dataset

RARE = 0.01  # of the examples to learn from
FEW = 0.5  # of an even share of them
MOST = 100  # classes with metrics of their own
LONGEST = 100  # characters of a name in that of a metric


def names_of(dataset: Dataset) -> tuple[str, ...]:
    """Name the classes, in the order of the outputs."""
    return tuple(map(str, range(dataset.classes)))


def are_uneven(dataset: Dataset) -> bool:
    """Tell whether a class that occurs at all is rare in what is learnt from, or has few of an even share."""
    parts = [part.labels for part in (dataset.train, dataset.val, dataset.test) if part]
    counts = np.array([np.bincount(labels, minlength=dataset.classes) for labels in parts])
    shares = counts[0][counts.any(axis=0)] / len(dataset.train)
    return bool(shares.min() < max(RARE, FEW / len(shares)))


def recalls(epoch: EpochResult, dataset: Dataset) -> dict[str, float]:
    """Give the recall of each class, where they are uneven and not too many: val/recall/cat, test/recall/cat."""
    if dataset.classes > MOST or not are_uneven(dataset):
        return {}
    names = _in_metrics(names_of(dataset))
    parts = {"val": epoch.val.recalls if epoch.val else (), "test": epoch.test.recalls if epoch.test else ()}
    return {
        f"{part}/recall/{name}": recall
        for part, found in parts.items()
        for name, recall in zip(names, found, strict=False)
        if recall is not None
    }


def _in_metrics(names: Sequence[str]) -> list[str]:
    """Write names as any store keeps them; where two would be the same, all of them are numbers."""
    plain = [re.sub(r"[^\w-]+", "_", name)[:LONGEST] or "_" for name in names]
    return plain if len({*plain}) == len(plain) else [*map(str, range(len(plain)))]
