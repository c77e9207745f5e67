"""Tables opened by what their files are called."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from nnexp.datasets.layouts.tables.columnar import ParquetTable
from nnexp.datasets.layouts.tables.sheet import Sheet
from nnexp.datasets.layouts.tables.text import TextTable

PARQUET = ".parquet"


def open_sheet(file: Path) -> Sheet:
    """Open a file; what was seen of it is remembered while it stays as it is."""
    state = file.stat()
    return _opened(file, (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=8)
def _opened(file: Path, stamp: tuple[int, int]) -> Sheet:  # noqa: ARG001
    return ParquetTable(file) if file.suffix.lower() == PARQUET else TextTable(file)
