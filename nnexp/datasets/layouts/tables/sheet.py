"""One file of a table: its columns, a look at its first rows, and its values a batch at a time. Knows no format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import isqrt
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nnexp.datasets.layouts import pictures
from nnexp.datasets.layouts.layout import check_room
from nnexp.datasets.options import SETTING, brief
from nnexp.errors import DataError

HEAD_ROWS = 500  # that are looked at
SMALLEST = 64  # pixels of a picture: 8 x 8
MANY = 20  # rows: of fewer, different numbers may be chance
IDENTITY = re.compile(r"(?i:(.*[_ .-])?(id|index|no|nr|number)|unnamed.*|rowid|uuid)|.*[a-z]Id")


class Sheet(Protocol):
    """One file of a table."""

    file: Path
    has_header: bool

    @property
    def columns(self) -> list[str]: ...
    def head(self, column: str) -> list[str]:
        """Give a column's first values as texts."""

    def is_text(self, column: str) -> bool:
        """Tell whether a column holds other than numbers."""

    def are_pixels(self, columns: Sequence[str]) -> bool:
        """Tell whether columns are as many and as small as the pixels of a picture."""

    def classes_of(self, label: str) -> tuple[str, ...]:
        """Name the classes 0, 1, ... where the file does."""

    def holds_examples(self, column: str) -> bool:
        """Tell whether each of a column's cells is a whole example: the bytes of a picture, or a list of numbers."""

    def tells_apart(self, column: str) -> bool:
        """Tell whether a column numbers the rows."""

    def most_rows(self) -> int:
        """Tell how many rows there are at most."""

    def texts(self, column: str) -> NDArray[Any]:
        """Read a column of labels, as texts or as it is, (n,)."""

    def batches(self, columns: list[str]) -> Iterator[NDArray[np.float64]]:
        """Read values, a few rows (m, columns) at a time."""

    def examples(self, column: str) -> NDArray[Any]:
        """Read a column of examples, (n, height, width), of colours (n, height, width, 3), or (n, values)."""


def is_word(cell: str) -> bool:
    """Tell what is no number from what is one, or is missing."""
    try:
        float(cell or "nan")
    except ValueError:
        return cell != "?"
    return False


def numbers_rows(column: str, values: Sequence[str]) -> bool:
    """Tell whether a column is a number of each row, as it is called or as it goes up by one."""
    if len(set(values)) < len(values) or len(values) < MANY or not all(value.isdigit() for value in values):
        return False
    places = [int(value) for value in values]
    return bool(IDENTITY.fullmatch(column)) or places == list(range(places[0], places[0] + len(places)))


def stacked(lists: Iterable[Sequence[float]], n: int, where: str) -> NDArray[Any]:
    """Put lists of numbers, all of the first one's length, into one array (n, values).

    Raises
    ------
    DataError
        For a list of another length, or what is no list of numbers.
    """
    rows: NDArray[Any] = np.empty((0, 0))
    at = -1
    for at, one in enumerate(lists):
        try:
            values = np.asarray(one, np.float64).ravel()
        except (TypeError, ValueError) as problem:
            raise DataError(f"{where}, row {at + 1}: expected a list of numbers, but got {str(one)[:40]}") from problem
        if not len(values):
            raise DataError(f"{where}, row {at + 1}: expected a list of numbers, but got an empty one")
        if not at:
            check_room((n, len(values)), np.dtype(np.float32), where)
            rows = np.empty((n, len(values)), np.float32)
        if len(values) != rows.shape[1]:
            expected = f"{rows.shape[1]} values as in the first row"
            raise DataError(f"{where}, row {at + 1}: expected {expected}, but got {len(values)}")
        rows[at] = values
    return rows[: at + 1]


def are_pixels(values: int) -> bool:
    """Tell whether so many values may be the pixels of a square picture."""
    return values >= SMALLEST and isqrt(values) ** 2 == values


def floats_of(batch: pa.RecordBatch, where: str, at: int) -> NDArray[np.float64]:
    """Give a batch's values (m, columns); `at` rows went before. A row is counted from 1, as a person does.

    Raises
    ------
    DataError
        For a cell without a value, or with one that is not finite.
    """
    rows = np.empty((batch.num_rows, batch.num_columns))
    for column, (name, values) in enumerate(zip(batch.schema.names, batch.columns, strict=True)):
        try:
            rows[:, column] = values.to_numpy(zero_copy_only=False)
        except (TypeError, ValueError) as problem:
            raise no_number(where, name, str(values[0]), at + 1) from problem
    if not np.isfinite(rows).all():
        row, column = (int(one) for one in np.argwhere(~np.isfinite(rows))[0])
        got = f"{rows[row, column]} in row {at + row + 1}, column {batch.schema.names[column]!r}"
        raise DataError(f"{where}: expected finite numbers, but got {got}; mend or drop that row")
    return rows


def no_number(where: object, column: str, value: str, row: int) -> DataError:
    """Say which cell is no number."""
    got = f"{brief(value)!r} in row {row}, column {column!r}"
    if value.lower().endswith(pictures.ENDINGS):
        return DataError(f"{where}: expected numbers, but got the name of a picture, {got}; {pictures.ASKED}")
    drop = f"{SETTING}drop=[{column}] leaves the column out"
    return DataError(f"{where}: expected numbers, but got {got}; {drop}, or write its values as numbers")
