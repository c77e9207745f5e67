"""From what lines and rows say to epochs: one ends where what is counted goes on, or where a name comes again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nnexp.errors import DataError
from nnexp.tasks.command.lines import Said, read_line, read_record

LOOKED_FOR = 'name: value, name=value or {"name": value} in a line of its standard output'
SEPARATORS = ",;\t"


class Epochs:
    """Puts together what belongs to an epoch. What echoes a setting that is a number is no result."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        numbers = {name: value for name, value in settings.items() if isinstance(value, int | float)}
        self._echoes = {_plain(each) for name in numbers for each in (name, name.rpartition(".")[2])}
        self._at: dict[str, int] = {}
        self._metrics: dict[str, float] = {}

    def line(self, line: str) -> dict[str, float]:
        """Hear a line; give the metrics of the epoch that is over with it, if one is."""
        said = read_line(line)
        return self.hear(Said(said.at, {n: v for n, v in said.metrics.items() if _plain(n) not in self._echoes}))

    def hear(self, said: Said) -> dict[str, float]:
        """Hear what was said; give the metrics of the epoch that is over with it, if one is."""
        moved = any(self._at.get(what, number) != number for what, number in said.at.items())
        over = self.rest() if moved or any(name in self._metrics for name in said.metrics) else {}
        self._at |= said.at
        self._metrics |= said.metrics
        return over

    def rest(self) -> dict[str, float]:
        """Give the metrics of the last epoch."""
        metrics, self._metrics, self._at = self._metrics, {}, {}
        return metrics


def epochs_in(file: Path) -> Iterator[dict[str, float]]:
    """Give the epochs of a file: a table with a header, an object in JSON or a list of them, or one in each line.

    Raises
    ------
    DataError
        If it is not there, or is none of them.
    """
    try:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise DataError(f"{file}: expected results in it, but got: {error.strerror}") from error
    epochs = Epochs({})
    for record in _records(text, file):
        if over := epochs.hear(read_record(record)):
            yield over
    if last := epochs.rest():
        yield last


def _records(text: str, file: Path) -> Iterable[Mapping[str, Any]]:
    begin = text.lstrip()[:1]
    if begin not in ("{", "["):
        return _rows(text)
    try:
        found = json.loads(text)
    except ValueError:
        found = _lines(text, file)
    records = found if isinstance(found, list) else [found]
    if not all(isinstance(record, dict) for record in records):
        raise DataError(f"{file}: expected an object with names and numbers, or a list of them")
    return records


def _lines(text: str, file: Path) -> list[Any]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found += [json.loads(line)] if line.strip() else []
        except ValueError as error:
            raise DataError(f"{file}: expected an object in JSON in line {number}") from error
    return found


def _rows(text: str) -> Iterator[dict[str, float]]:
    """Read a table; a cell that holds no number says nothing."""
    header = text.partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    for row in csv.DictReader(io.StringIO(text), delimiter=separator, skipinitialspace=True):
        yield {name: number for name, cell in row.items() if name and (number := _number(cell)) is not None}


def _number(cell: object) -> float | None:
    try:
        return float(cell) if isinstance(cell, str) else None
    except ValueError:
        return None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())
