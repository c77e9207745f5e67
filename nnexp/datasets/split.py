"""From the content that a digest names to what a network gets: splits, limit, classes and scale.

Knows no files, no layouts and no cache, and alone of datasets/ its text is part of a run's key: what stands before it
is in the key by the digest of the content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.content import Content
from nnexp.errors import ConfigError, DataError

SCALES = {"1/256": 1 / 256, "1/255": 1 / 255, "none": 1.0}
SPLITS = ("book", "full")
BOOK_FRACTION = 6  # Nielsen's mnist_loader validates on the last 10,000 of the 60,000 training examples

Where = Callable[[str], str]  # says of an array, by its name, where it comes from


@dataclass(frozen=True, eq=False)
class Split:
    """Images, uint8 (n, n_in), and their labels, int64 (n,); both read-only."""

    images: NDArray[np.uint8]
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

    `scale` is what a pixel is multiplied with before it enters a network; `image_shape` is (height, width), or
    (1, n_in) where the images came flat; `digest` names the content of the files, whatever the split, scale or limit.
    """

    name: str
    train: Split
    val: Split | None
    test: Split
    image_shape: tuple[int, int]
    classes: int
    scale: float
    digest: str
    source: str


def arrange(
    content: Content,
    where: Where,
    *,
    name: str,
    source: str,
    split: str,
    scale: str,
    classes: int | None,
    limit: int | None,
) -> Dataset:
    """Make a data set of the content; `name` and `source` are passed on, and the settings are those of `load`."""
    _check_choice("split", split, SPLITS)
    _check_choice("scale", scale, tuple(SCALES))
    train, val = _divide(_flat(content.x_train, content.y_train), split, where)
    return Dataset(
        name=name,
        train=_first(train, limit),
        val=val,
        test=_flat(content.x_test, content.y_test),
        image_shape=_image_shape(content),
        classes=_classes(content, classes, where),
        scale=SCALES[scale],
        digest=content.digest,
        source=source,
    )


def _check_choice(setting: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f"{setting} must be one of {', '.join(choices)}, but got {value!r}")


def _flat(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Split:
    return Split(images.reshape(len(images), -1), labels)


def _divide(examples: Split, split: str, where: Where) -> tuple[Split, Split | None]:
    """Give what trains and what validates."""
    if split == "full":
        return examples, None
    if len(examples) < BOOK_FRACTION:
        expected = f"at least {BOOK_FRACTION} examples for split=book"
        raise DataError(f"{where('x_train')}: expected {expected}, but got {len(examples)}; use split=full")
    border = len(examples) - len(examples) // BOOK_FRACTION
    return examples[:border], examples[border:]


def _first(train: Split, limit: int | None) -> Split:
    if limit is None:
        return train
    if not 1 <= limit <= len(train):
        raise ConfigError(f"limit must be between 1 and {len(train)} (the training set), but got {limit}")
    return train[:limit]


def _image_shape(content: Content) -> tuple[int, int]:
    _, *height, width = content.x_train.shape
    return (height[0] if height else 1), width


def _classes(content: Content, classes: int | None, where: Where) -> int:
    largest = {"y_train": int(content.y_train.max()), "y_test": int(content.y_test.max())}
    if classes is None:
        return max(largest.values()) + 1
    for name, label in largest.items():
        if label >= classes:
            expected = f"labels from 0 to {classes - 1} ({classes} classes)"
            raise DataError(f"{where(name)}: expected {expected}, but got {label}; raise the number of classes")
    return classes
