"""A table as text: CSV with a header or without, by comma, semicolon, tab, bar or blanks; or ARFF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as pa_csv

from nnexp.datasets.layouts.tables import arff
from nnexp.datasets.layouts.tables.dialect import dialect_of
from nnexp.datasets.layouts.tables.sheet import (
    HEAD_ROWS,
    are_pixels,
    floats_of,
    is_word,
    no_number,
    numbers_rows,
    stacked,
)
from nnexp.errors import DataError

HEAD_BYTES = 1 << 18
MOST_HEAD = 1 << 25  # bytes of two lines
FEW = 20  # rows that tell what a column is
BLOCK = 8 << 20  # bytes at a time
MISSING = ["", "?", "NA", "NaN", "nan", "null", "NULL", "None", "n/a", "N/A"]


class TextTable:
    """A CSV file, or an ARFF file, whose rows are CSV after its header."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._arff = arff.read_header(file) if ".arff" in file.suffixes else None
        with _stream(file) as stream:
            sample = stream.read(HEAD_BYTES + (self._arff.length if self._arff else 0))
            while sample.count(b"\n") < 2 and len(sample) < MOST_HEAD and (more := stream.read(HEAD_BYTES)):
                sample += more
        if self._arff:
            sample = sample[self._arff.length :]
            self._dialect = dialect_of(sample, quote="'", delimiter=",")
        else:
            self._dialect = dialect_of(sample)
        self._rows = self._sample(sample)
        self.has_header = bool(self._arff) or self._begins_with_names()
        if self.has_header and not self._arff:
            self._names = _unique(self._rows.pop(0))
        else:
            self._names = self._arff.columns if self._arff else [str(n) for n in range(len(self._rows[0]))]

    def _sample(self, sample: bytes) -> list[list[str]]:
        text = sample.decode(self._dialect.encoding, "replace")
        if "\0" in text:
            raise DataError(f"{self.file}: expected a table, but got bytes that are no text")
        lines = text.splitlines()[: HEAD_ROWS + 1]
        whole = lines if len(sample) < HEAD_BYTES or len(lines) > HEAD_ROWS else lines[:-1]
        rows = self._dialect.rows(whole)
        if not rows:
            raise DataError(f"{self.file}: expected a table, but got no rows")
        for number, row in enumerate(rows, 1):
            if len(row) != len(rows[0]):
                got = f"{len(rows[0])} in the first row and {len(row)} in row {number} of the file"
                raise DataError(f"{self.file}: expected the same number of values in every row, but got {got}")
        return rows

    def _begins_with_names(self) -> bool:
        first, *others = self._rows
        if not any(map(is_word, first)):
            return False
        return not others or any(is_word(a) and not is_word(b) for a, b in zip(first, others[0], strict=True))

    @property
    def columns(self) -> list[str]:
        return self._names

    def head(self, column: str) -> list[str]:
        at = self._names.index(column)
        return [row[at] for row in self._rows]

    def is_text(self, column: str) -> bool:
        return any(map(is_word, self.head(column)))

    def are_pixels(self, columns: Sequence[str]) -> bool:
        return are_pixels(len(columns) + 1) and all(
            value.isdigit() and int(value) < 256 for row in self._rows[:20] for value in row
        )

    def classes_of(self, label: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def holds_examples(self, column: str) -> bool:
        """Tell whether each cell is numbers with blanks between them, as FER2013 has its pixels."""
        return all(len(cell.split()) > 1 and not any(map(is_word, cell.split())) for cell in self.head(column)[:FEW])

    def tells_apart(self, column: str) -> bool:
        return numbers_rows(column, self.head(column))

    def most_rows(self) -> int:
        with _stream(self.file) as stream:
            rows = 1
            while block := stream.read(BLOCK):
                rows += block.count(b"\n") + block.count(b"\r")
        return rows

    def texts(self, column: str) -> NDArray[Any]:
        try:
            batches = list(self._read([column], pa.string()))
        except pa.ArrowInvalid as problem:
            raise self._damaged(problem) from problem
        found = [np.array(batch.column(0).to_pylist(), dtype=np.str_) for batch in batches if batch.num_rows]
        return np.char.strip(np.char.strip(np.concatenate(found)), "'" if self._arff else None)

    def batches(self, columns: list[str]) -> Iterator[NDArray[np.float64]]:
        try:
            at = 0
            for batch in self._read(columns, pa.float64()):
                yield floats_of(batch, f"{self.file}", at)
                at += batch.num_rows
        except pa.ArrowInvalid as problem:
            raise self._explained(columns, problem) from problem

    def examples(self, column: str) -> NDArray[Any]:
        cells = (cell for batch in self._read([column], pa.string()) for cell in batch.column(0).to_pylist())
        return stacked((cell.split() for cell in cells), self.most_rows(), f"{self.file} ({column})")

    def _read(self, columns: list[str], kind: pa.DataType) -> Iterator[pa.RecordBatch]:
        skipped = self._arff.lines if self._arff else int(self.has_header)
        with _stream(self.file) as stream:
            reader = pa_csv.open_csv(
                self._dialect.plain(stream),
                pa_csv.ReadOptions(column_names=self._names, skip_rows=skipped, block_size=BLOCK, use_threads=False),
                pa_csv.ParseOptions(delimiter=self._dialect.delimiter, quote_char=self._dialect.quote),
                pa_csv.ConvertOptions(
                    include_columns=columns,
                    column_types=dict.fromkeys(columns, kind),
                    null_values=MISSING,
                    decimal_point=self._dialect.decimal,
                ),
            )
            yield from reader

    def _explained(self, columns: list[str], problem: Exception) -> DataError:
        """Say which cell is no number."""
        at = 1
        try:
            for batch in self._read(columns, pa.string()):
                for name, values in zip(columns, batch.columns, strict=True):
                    for row, value in enumerate(values.to_pylist(), at):
                        if is_word(self._dialect.plain_number(value or "0")):
                            return no_number(self.file, name, value, row)
                at += batch.num_rows
        except pa.ArrowInvalid as other:
            problem = other
        return self._damaged(problem)

    def _damaged(self, problem: Exception) -> DataError:
        reason = str(problem).partition("\n")[0]
        return DataError(f"{self.file}: expected a table, but it is damaged or none ({reason}); mend that row")


def _stream(file: Path) -> IO[bytes]:
    """Open a file; what is packed is unpacked on the way."""
    stream: IO[bytes] = pa.input_stream(str(file), compression="detect")
    return stream


def _unique(names: Sequence[str]) -> list[str]:
    """Name columns that have no name, or that of another, by their place."""
    made: list[str] = []
    for at, name in enumerate(names):
        made.append(name if name and name not in made else f"{name}_{at}".strip("_"))
    return made
