"""How a table is written as text: its encoding, what stands between its values and around them, its decimal sign."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

DELIMITERS = ",;\t|"
BLANKS = " "  # any number of them
UNMARKED = {"utf-16-le": 1, "utf-16-be": 0}  # and at which of two bytes most characters of a table have a zero
UTF8, UTF16, WINDOWS = "utf-8-sig", "utf-16", "cp1252"
MANY = 50  # lines that are looked at
TORN = 4  # bytes of a character at most, which the end of a sample may cut
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")


@dataclass(frozen=True)
class Dialect:
    """What a table's text is written in."""

    encoding: str
    delimiter: str
    quote: str
    decimal: str
    is_padded: bool  # whether blanks lie between a delimiter and a quote

    def rows(self, lines: Sequence[str]) -> list[list[str]]:
        """Split lines into cells; numbers have a point."""
        if self.delimiter == BLANKS:
            cells = [line.split() for line in lines]
        else:
            reader = csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, skipinitialspace=True)
            cells = [[cell.strip() for cell in row] for row in reader]
        if self.decimal == ",":
            cells = [[self.plain_number(cell) for cell in row] for row in cells]
        return [row for row in cells if row]

    def plain_number(self, cell: str) -> str:
        """Write a cell that is a number with a point."""
        return cell.replace(",", ".") if self.decimal == "," and DECIMAL_COMMA.fullmatch(cell) else cell

    def plain(self, stream: IO[bytes]) -> IO[bytes]:
        """Give the text as pyarrow takes it: UTF-8, one delimiter between two values, quotes right beside it."""
        if self.encoding == UTF8 and self.delimiter != BLANKS and not self.is_padded:
            return stream
        return io.BufferedReader(_Lines(self._rewritten(io.TextIOWrapper(stream, self.encoding, errors="replace"))))

    def _rewritten(self, lines: Iterator[str]) -> Iterator[bytes]:
        padding = re.compile(rf"{re.escape(self.delimiter)}\s+(?={self.quote})")
        for line in lines:
            if self.delimiter == BLANKS:
                yield f"{BLANKS.join(line.split())}\n".encode()
            else:
                yield padding.sub(self.delimiter, line).encode()


class _Lines(io.RawIOBase):
    """Lines as a stream of bytes."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self._rest = lines, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        pieces, size = [self._rest], len(self._rest)
        while size < len(buffer) and (line := next(self._lines, b"")):
            pieces.append(line)
            size += len(line)
        whole = b"".join(pieces)
        taken, self._rest = whole[: len(buffer)], whole[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def dialect_of(sample: bytes, quote: str = '"', delimiter: str | None = None) -> Dialect:
    """See how a table is written by its first bytes, of which the first line that is not empty tells most."""
    encoding = _encoding(sample)
    lines = [line for line in sample.decode(encoding, "replace").splitlines() if line.strip()]
    first = lines[0] if lines else ""
    found = delimiter or max(DELIMITERS, key=first.count)
    if found not in first and len(first.split()) > 1:
        found = BLANKS
    is_padded = any(re.search(rf"{re.escape(found)}\s+{quote}", line) for line in lines)
    has_comma = found != "," and any(
        DECIMAL_COMMA.fullmatch(cell.strip()) for line in lines[: 1 + MANY] for cell in line.split(found)
    )
    return Dialect(encoding, found, quote, "," if has_comma else ".", is_padded and found != BLANKS)


def _encoding(sample: bytes) -> str:
    if sample.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return UTF16
    for unmarked, zeros in UNMARKED.items():
        if sample and 2 * sample[zeros::2].count(0) > len(sample) / 2:
            return unmarked
    try:
        sample.decode(UTF8)
    except UnicodeDecodeError as problem:
        return UTF8 if problem.start >= len(sample) - TORN else WINDOWS
    return UTF8
