"""From the content that a digest names to what a network gets: training, validation, limit and scale.

Knows no files, no layouts and no cache, and alone of datasets/ its text is part of a run's key: what stands before it
is in the key by the digest of the content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.content import TEST, TRAIN, VAL, Content, Meta
from nnexp.datasets.options import FULL, SETTING, Options
from nnexp.datasets.scale import factor
from nnexp.errors import ConfigError, DataError

BOOK_FRACTION = 6  # Nielsen's mnist_loader validates on the last 10,000 of the 60,000 training examples


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs, uint8 or float32 (n, n_in), and their labels, int64 (n,); both read-only."""

    images: NDArray[Any]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.labels)

    def __getitem__(self, rows: slice) -> Split:
        """Give some of the examples; nothing is copied."""
        return Split(self.images[rows], self.labels[rows])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples to learn from, to choose by and to report on.

    `scale` is what an input is multiplied with before it enters a network; `digest` names the content, whatever the
    scale or limit.
    """

    name: str
    train: Split
    val: Split | None
    test: Split
    scale: float
    digest: str
    source: str
    meta: Meta

    @property
    def image_shape(self) -> tuple[int, int]:
        """The (height, width) of a picture; (1, n_in) where the examples are none."""
        return self.meta.shape

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes 0, 1, ... are called."""
        return self.meta.classes

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.meta.classes)


def arrange(content: Content, options: Options, *, source: str) -> Dataset:
    """Make a data set of the content.

    Raises
    ------
    ConfigError
        For a limit that lies outside the training part.
    DataError
        For too few examples.
    """
    train, val = _divide(content, source)
    return Dataset(
        name=options.name,
        train=_first(train, options.limit),
        val=val,
        test=_part(content, TEST),
        scale=factor(content.meta.scale),
        digest=content.digest,
        source=source,
        meta=content.meta,
    )


def book_border(n: int) -> int:
    """Tell how many of n examples the book learns from; the rest validates."""
    return n - n // BOOK_FRACTION


def _part(content: Content, part: str) -> Split:
    images, labels = content.x(part), content.y(part)
    return Split(images.reshape(len(images), -1), labels)


def _divide(content: Content, source: str) -> tuple[Split, Split | None]:
    """Give what trains and what validates."""
    examples = _part(content, TRAIN)
    if content.has_val:
        return examples, _part(content, VAL)
    if content.meta.split == FULL:
        return examples, None
    if len(examples) < BOOK_FRACTION:
        expected = f"at least {BOOK_FRACTION} examples for {SETTING}split=book"
        raise DataError(f"{source}: expected {expected}, but got {len(examples)}; use {SETTING}split=full")
    border = book_border(len(examples))
    return examples[:border], examples[border:]


def _first(train: Split, limit: int | None) -> Split:
    if limit is None:
        return train
    if not 1 <= limit <= len(train):
        raise ConfigError(f"{SETTING}limit must be between 1 and {len(train)} (the training set), but got {limit}")
    return train[:limit]
