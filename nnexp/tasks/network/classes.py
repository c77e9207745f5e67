"""Classes that are uneven: whether some have so few examples that accuracy hardly counts them, and what does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnexp.core import EpochResult
from nnexp.datasets import Dataset, Split
from nnexp.datasets.oddities import RARE

FEW = 0.5  # of an even share of them
MOST = 100  # classes with metrics of their own
LONGEST = 100  # characters of a name in that of a metric


def are_uneven(dataset: Dataset) -> bool:
    """Tell whether a class that occurs at all is rare, or has few of an even share, by all that a run chooses by."""
    train, val, test = (_counts(part, dataset) for part in (dataset.train, dataset.val, dataset.test))
    occurs = (train + val + test) > 0
    least = min((known[occurs] / known.sum()).min() for known in (train, train + val))
    return bool(least < max(RARE, FEW / occurs.sum()))


def recalls(epoch: EpochResult, dataset: Dataset) -> dict[str, float]:
    """Give the recall of each class, where they are uneven and not too many: val/recall/cat, test/recall/cat."""
    if dataset.classes > MOST or not are_uneven(dataset):
        return {}
    names = _in_metrics(dataset.class_names)
    parts = {"val": epoch.val.recalls if epoch.val else (), "test": epoch.test.recalls if epoch.test else ()}
    return {
        f"{part}/recall/{name}": recall
        for part, found in parts.items()
        for name, recall in zip(names, found, strict=False)
        if recall is not None
    }


def _counts(part: Split | None, dataset: Dataset) -> NDArray[np.int64]:
    return np.bincount(part.labels if part else [], minlength=dataset.classes)


def _in_metrics(names: Sequence[str]) -> list[str]:
    """Write names as any store keeps them; where two would be the same, all of them are numbers."""
    plain = [re.sub(r"[^\w-]+", "_", name)[:LONGEST] or "_" for name in names]
    return plain if len({*plain}) == len(plain) else [*map(str, range(len(plain)))]
