"""A table in Parquet, as pandas writes it, or Hugging Face: there, pictures are cells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from nnexp.datasets.layouts.pictures import decode_all
from nnexp.datasets.layouts.tables.sheet import HEAD_ROWS, are_pixels, floats_of, no_number, numbers_rows, stacked
from nnexp.errors import DataError


class ParquetTable:
    """A Parquet file."""

    has_header = True

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            with parquet.ParquetFile(file) as opened:
                self._schema, self._n = opened.schema_arrow, opened.metadata.num_rows
                first = next(opened.iter_batches(batch_size=HEAD_ROWS), None)
        except (pa.ArrowException, OSError) as problem:
            reason = str(problem).partition("\n")[0]
            raise DataError(f"{file}: expected a Parquet file, but it is damaged or none ({reason})") from problem
        if first is None or not self._n:
            raise DataError(f"{file}: expected rows, but got none")
        self._first = first

    @property
    def columns(self) -> list[str]:
        return list(self._schema.names)

    def head(self, column: str) -> list[str]:
        return [str(value) for value in self._first.column(column).to_pylist()]

    def is_text(self, column: str) -> bool:
        kind = self._schema.field(column).type
        return any(is_one(kind) for is_one in (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary))

    def are_pixels(self, columns: Sequence[str]) -> bool:
        return are_pixels(len(columns) + 1) and all(
            pa.types.is_integer(self._schema.field(one).type) for one in columns
        )

    def classes_of(self, label: str) -> tuple[str, ...]:
        """Read Hugging Face's names of classes."""
        told = json.loads((self._schema.metadata or {}).get(b"huggingface", b"{}"))
        features = told.get("info", {}).get("features", {})
        names = features.get(label, {}).get("names", [])
        return tuple(map(str, names)) if isinstance(names, list) else ()

    def holds_examples(self, column: str) -> bool:
        kind = self._schema.field(column).type
        if _is_list(kind):
            return True
        held = kind.field("bytes").type if pa.types.is_struct(kind) and "bytes" in kind.names else kind
        return bool(pa.types.is_binary(held) or pa.types.is_large_binary(held))

    def tells_apart(self, column: str) -> bool:
        return numbers_rows(column, self.head(column))

    def most_rows(self) -> int:
        return int(self._n)

    def texts(self, column: str) -> NDArray[Any]:
        values = pa.chunked_array([batch.column(0) for batch in self._read([column])]).combine_chunks()
        if values.null_count:
            raise DataError(f"{self.file}: expected a label in every row, but column {column!r} has rows without")
        if self.is_text(column):
            return np.array(values.to_pylist(), dtype=np.str_)
        found: NDArray[Any] = values.to_numpy(zero_copy_only=False)
        return found

    def batches(self, columns: list[str]) -> Iterator[NDArray[np.float64]]:
        for name in columns:
            if self.is_text(name):
                raise no_number(self.file, name, self.head(name)[0], 1)
        at = 0
        for batch in self._read(columns):
            yield floats_of(batch, str(self.file), at)
            at += batch.num_rows

    def examples(self, column: str) -> NDArray[Any]:
        def cells() -> Iterator[Any]:
            for batch in self._read([column]):
                held = batch.column(0)
                yield from (held.field("bytes") if pa.types.is_struct(held.type) else held).to_pylist()

        where = f"{self.file} ({column})"
        if _is_list(self._schema.field(column).type):
            return stacked(cells(), self._n, where)
        return decode_all(cells(), self._n, where)

    def _read(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        try:
            with parquet.ParquetFile(self.file) as opened:
                yield from opened.iter_batches(columns=columns, use_threads=False)
        except (pa.ArrowException, OSError) as problem:
            reason = str(problem).partition("\n")[0]
            raise DataError(f"{self.file}: expected a Parquet file, but it is damaged ({reason})") from problem


def _is_list(kind: pa.DataType) -> bool:
    kinds = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_one(kind) for is_one in kinds)
