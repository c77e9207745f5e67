"""The way in: a path is found, decoded or taken from the cache, and split. Knows no layout and no arithmetic."""

from __future__ import annotations

from pathlib import Path

from nnexp.datasets.cache import cached
from nnexp.datasets.content import Content
from nnexp.datasets.source import Source, find
from nnexp.datasets.split import Dataset, arrange
from nnexp.errors import DataError


def load(
    path: Path,
    *,
    name: str = "mnist",
    split: str = "book",
    scale: str = "1/256",
    classes: int | None = None,
    limit: int | None = None,
) -> Dataset:
    """Load the data set at a path, in any of the layouts.

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
    source, content = _read(path)
    at = str(path.resolve())
    return arrange(content, source.where, name=name, source=at, split=split, scale=scale, classes=classes, limit=limit)


def digest(path: Path) -> str:
    """Give the digest of the content alone; decodes only what was never loaded before."""
    return content_of(path).digest


def content_of(path: Path) -> Content:
    """Give the content alone, whatever its split and scale."""
    return _read(path)[1]


def _read(path: Path) -> tuple[Source, Content]:
    try:
        source = find(path)
        return source, cached(source.key, source.content)
    except OSError as problem:
        where, reason = problem.filename or path, problem.strerror or problem
        raise DataError(f"{where}: expected to read it, but got: {reason}; check its permissions") from problem
