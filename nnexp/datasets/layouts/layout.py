"""What a layout is: one way in which a data set may lie on disk. Knows none of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import psutil
from numpy.typing import NDArray

from nnexp.datasets.options import Options
from nnexp.errors import DataError

# For each array, by its name (content.NAMES), the files that it is read from; several arrays may share theirs.
Files = Mapping[str, tuple[Path, ...]]


@dataclass(frozen=True)
class Found:
    """The files of a data set, and what is known of it before it is read."""

    files: Files
    notes: tuple[str, ...] = ()  # what is left out: a line each, without its place, for data may move
    columns: tuple[str, ...] = ()  # of a table, less its labels
    folders: bool = False  # whether its files are folders of many, which are not all read each time
    classes: tuple[str, ...] = ()  # names of the labels 0, 1, ..., where the files give them


class Layout(Protocol):
    """One way to lay out a data set: a module that is listed in `LAYOUTS`.

    It finds and it reads; digests, SHA256SUMS, the check of shapes and labels, and the cache are the same for all.
    `NAME` is part of the cache's key. `WANTED` completes the sentence "expected …" where no layout knows a path.
    """

    NAME: str
    WANTED: str

    def find(self, path: Path, options: Options) -> Found | None:
        """Find the data set at a path that exists, be it a file or a folder; None if it is another layout's.

        Raises
        ------
        DataError
            If the path is laid out like this, but something is missing or cannot be told from another.
        """

    def read(self, files: tuple[Path, ...], name: str, options: Options) -> NDArray[Any]:
        """Read one array from the files found for it, and never run what is in them: it is the reader's own, to change.

        Raises
        ------
        DataError
            If a file is damaged, or holds something else.
        """


def the_one(candidates: Sequence[Path], wanted: str, folder: Path) -> Path:
    """Take the one file that there should be in a folder."""
    if len(candidates) != 1:
        got = " and ".join(path.name for path in candidates) or "nothing of that name"
        raise DataError(f"{folder}: expected {wanted}, but got {got}")
    return candidates[0]


def check_not_empty(shape: Sequence[int], where: str) -> None:
    """Refuse an array that holds nothing."""
    if any(length < 1 for length in shape):
        raise DataError(f"{where}: expected at least one example and one pixel, but got the shape {tuple(shape)}")


def check_room(shape: Sequence[int], dtype: np.dtype[Any], where: str) -> None:
    """Refuse an array that does not fit this machine's memory, before it is read."""
    size, room = math.prod(shape) * dtype.itemsize, psutil.virtual_memory().available
    if size > room:
        has = f"{_gigabytes(room)} of memory are free"
        raise DataError(f"{where}: it holds {_gigabytes(size)} ({dtype}, {tuple(shape)}), but {has}; use a part of it")


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
