"""A data set ready for training: its splits, its classes and the scale of its pixels. Knows no file formats."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.cache import cached
from nnexp.datasets.content import Content
from nnexp.datasets.source import Source, find
from nnexp.errors import ConfigError, DataError

SCALES = {"1/256": 1 / 256, "1/255": 1 / 255, "none": 1.0}
SPLITS = ("book", "full")
BOOK_FRACTION = 6  # Nielsen's mnist_loader validates on the last 10,000 of the 60,000 training examples


@dataclass(frozen=True, eq=False)
class Examples:
    """Images, uint8 (n, n_in), and their labels, int64 (n,); both read-only."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples to learn from, to choose by and to report on.

    `scale` is what a pixel is multiplied with before it enters a network; `image_shape` is (height, width), or
    (1, n_in) where the images came flat; `digest` names the content of the files, whatever the split, scale or limit.
    """

    name: str
    train: Examples
    val: Examples | None
    test: Examples
    image_shape: tuple[int, int]
    classes: int
    scale: float
    digest: str
    source: str


def load(
    path: Path,
    *,
    name: str = "mnist",
    split: str = "book",
    scale: str = "1/256",
    classes: int | None = None,
    limit: int | None = None,
) -> Dataset:
    """Load a folder of IDX files or an .npz file.

    Parameters
    ----------
    path
        The folder or the file.
    name
        What to call the data set; it changes nothing.
    split
        `book`: the last sixth of the training file validates; `full`: all of it trains and nothing validates.
    scale
        `1/256` (the book's), `1/255` or `none`.
    classes
        How many classes there are; by default, the largest label and one.
    limit
        Train on the first `limit` examples only, counted after the split.

    Raises
    ------
    DataError
        If a file is missing, unreadable, damaged, or at odds with another or with `classes`.
    ConfigError
        If a setting is none of these.
    """
    _check_choice("split", split, SPLITS)
    _check_choice("scale", scale, tuple(SCALES))
    source, content = _read(path)
    train, val = _split(_examples(content.x_train, content.y_train), split, source)
    return Dataset(
        name=name,
        train=_first(train, limit),
        val=val,
        test=_examples(content.x_test, content.y_test),
        image_shape=_image_shape(content),
        classes=_classes(content, classes, source),
        scale=SCALES[scale],
        digest=content.digest,
        source=str(path.resolve()),
    )


def digest(path: Path) -> str:
    """Give the digest of the content alone; decodes only what was never loaded before."""
    return _read(path)[1].digest


def _read(path: Path) -> tuple[Source, Content]:
    try:
        source = find(path)
        return source, cached(source.key, source.content)
    except OSError as problem:
        where, reason = problem.filename or path, problem.strerror or problem
        raise DataError(f"{where}: expected to read it, but got: {reason}; check its permissions") from problem


def _check_choice(setting: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f"{setting} must be one of {', '.join(choices)}, but got {value!r}")


def _examples(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Examples:
    return Examples(images.reshape(len(images), -1), labels)


def _split(examples: Examples, split: str, source: Source) -> tuple[Examples, Examples | None]:
    if split == "full":
        return examples, None
    if len(examples) < BOOK_FRACTION:
        expected = f"at least {BOOK_FRACTION} examples for split=book"
        raise DataError(f"{source.where('x_train')}: expected {expected}, but got {len(examples)}; use split=full")
    border = len(examples) - len(examples) // BOOK_FRACTION
    return (
        Examples(examples.images[:border], examples.labels[:border]),
        Examples(examples.images[border:], examples.labels[border:]),
    )


def _first(train: Examples, limit: int | None) -> Examples:
    if limit is None:
        return train
    if not 1 <= limit <= len(train):
        raise ConfigError(f"limit must be between 1 and {len(train)} (the training set), but got {limit}")
    return Examples(train.images[:limit], train.labels[:limit])


def _image_shape(content: Content) -> tuple[int, int]:
    _, *height, width = content.x_train.shape
    return (height[0] if height else 1), width


def _classes(content: Content, classes: int | None, source: Source) -> int:
    largest = {"y_train": int(content.y_train.max()), "y_test": int(content.y_test.max())}
    if classes is None:
        return max(largest.values()) + 1
    for name, label in largest.items():
        if label >= classes:
            expected = f"labels from 0 to {classes - 1} ({classes} classes)"
            raise DataError(f"{source.where(name)}: expected {expected}, but got {label}; raise the number of classes")
    return classes
