"""Tables of results that others made, as they come: CSV, Parquet, JSON lines. Knows no column by name.

Nothing is guessed of the values: a CSV's are text, the others' are what the file says.
"""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from nnexp.errors import DataError
from nnexp.measure import count

DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Table:
    """Rows of results, and how a person finds one of them: the frame's index counts from 0."""

    name: str
    frame: pd.DataFrame
    places: str = "row"  # what a row is called
    first: int = 1  # the number of the first one
    labels: tuple[str, ...] = ()  # what the rows are called instead of being numbered
    decimal_comma: bool = False  # whether 97,5 may be a number

    def number(self, row: int) -> str:
        """Tell which row it is, as a person counts."""
        return self.labels[row] if self.labels else str(row + self.first)

    def place(self, row: int, column: str) -> str:
        """Name a cell."""
        return f"{self.name}, {self.places} {self.number(row)}, column {column!r}"


def read_table(path: Path) -> Table:
    """Read a table by the suffix of its name.

    Raises
    ------
    DataError
        If it is none of the known kinds, or cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise DataError(f"{path} must end in {', '.join(READERS)}, but ends in {suffix or 'no suffix'!r}; rename it")
    try:
        return READERS[suffix](path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error


def _csv(path: Path) -> Table:
    text = _text(path)
    heading = text.lstrip("\r\n").split("\n", 1)[0]
    if not heading.strip():
        raise DataError(f"{path} must begin with the names of its columns, but is empty")
    first = 2 + text[: text.index(heading)].count("\n")
    delimiter = max(DELIMITERS, key=heading.count)
    names = [name.strip() for name in next(csv.reader([heading], delimiter=delimiter))]
    if twice := next((name for name in names if name and names.count(name) > 1), None):
        raise DataError(f"{path}, line {first - 1}: must name each column once, but names {twice!r} twice")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                StringIO(text), sep=delimiter, dtype=str, keep_default_na=False, skip_blank_lines=False,
                skipinitialspace=True, index_col=False, header=first - 2,
            )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{path} is no proper CSV: {str(error).rpartition('C error: ')[2].strip()}") from error
    except pd.errors.ParserWarning as error:
        columns = count(len(names), "column")
        raise DataError(f"{path} names {columns} in its first line, but has more in the others") from error
    frame.columns = frame.columns.str.strip()
    has_long_rows = len(frame) + first - 2 < text.rstrip("\n").count("\n")  # of several lines, in quotes
    frame = frame[(frame != "").any(axis=1) & frame.notna().any(axis=1)] if len(frame) else frame
    if has_long_rows:
        return Table(str(path), frame, decimal_comma=delimiter == ";")
    return Table(str(path), frame, "line", first=first, decimal_comma=delimiter == ";")


def _parquet(path: Path) -> Table:
    try:
        return Table(str(path), pd.read_parquet(path).reset_index(drop=True))
    except (ValueError, TypeError, OSError) as error:  # those of pyarrow are among them
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise DataError(f"{path} is no proper Parquet file: {_line(error)}") from error


def _json_lines(path: Path) -> Table:
    rows = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        try:
            row = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path}, line {number}: must be a JSON object, but {_line(error)}") from error
        if not isinstance(row, dict):
            raise DataError(f"{path}, line {number}: must be a JSON object, but got {line.strip()[:40]!r}")
        rows.append(row)
    return Table(str(path), _frame(rows), "line")


def _json(path: Path) -> Table:
    try:
        rows = json.loads(_text(path))
    except (ValueError, RecursionError):
        return _json_lines(path)  # which says what is wrong, if it is not what it is
    if isinstance(rows, dict):
        return _json_lines(path)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{path} must be a list of objects, one for each run, but holds something else")
    return Table(str(path), _frame(rows))


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, dtype=object)
    return frame[[bool(row) for row in rows]]


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} must be text in UTF-8, but byte {error.start} is not; save it as UTF-8") from error


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


READERS: dict[str, Callable[[Path], Table]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _parquet,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
}
