"""The header of an ARFF file (Weka's, OpenML's): the names of its columns, and where its rows begin.

Source: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/. Sparse rows are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nnexp.errors import DataError

ATTRIBUTE = re.compile(r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|(\S+))\s+\S""", re.IGNORECASE)
MOST_LINES = 1 << 17


@dataclass(frozen=True)
class Header:
    """What stands before the rows."""

    columns: list[str]
    lines: int  # of the header, that of @data included
    length: int  # bytes of it


def read_header(file: Path) -> Header:
    """Read the header of a file.

    Raises
    ------
    DataError
        If there is none, or its rows are sparse.
    """
    columns: list[str] = []
    with file.open("rb") as stream:
        for number, line in zip(range(1, MOST_LINES), stream, strict=False):
            text = line.decode("utf-8", "replace").strip()
            if match := ATTRIBUTE.match(text):
                columns.append(next(name for name in match.groups() if name is not None))
            elif text.lower().startswith("@data"):
                return _header(file, columns, number, stream.tell(), stream.readline())
    raise DataError(f"{file}: expected an ARFF file, but got none with a line @data")


def _header(file: Path, columns: list[str], lines: int, length: int, row: bytes) -> Header:
    if row.lstrip().startswith(b"{"):
        raise DataError(f"{file}: expected rows of values, but got a sparse ARFF file; write it out in full")
    return Header(columns, lines, length)
