"""A table of words drawn in whatever width there is: every label and every figure stays whole.

Where the columns do not fit, their heads take several lines; then those that can be spared go, and it is said which;
then the table comes in parts, each with its labels, or with each label in a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment

from nnexp.escape import visible
from nnexp.report.tables.table import Table
from nnexp.terminal import parted

GAP = 2  # blanks between columns
INDENT = 2  # of what stands beneath its label
FEWEST = 24  # characters for words that stand beside figures, if there are more of them
PIECE = re.compile(r"(?:\[[^]]*\]|[^ ])+")  # of a head, which breaks between these: behind, [95 %]

Columns = Sequence[int]


@dataclass(frozen=True)
class Layout:
    """Which columns stand in each part of a table, and whether labels stand above their figures."""

    parts: tuple[tuple[int, ...], ...]
    above: bool
    spared: tuple[str, ...] = ()

    def lines(self, rows: int) -> int:
        """Count the lines that so many rows take."""
        return rows * len(self.parts) * (1 + self.above)


class Prose:
    """Draws a text for a rich console, in lines that break between words, settings and numbers."""

    def __init__(self, text: str, style: str = "") -> None:
        self._text = visible(text)
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give its lines."""
        for line in parted(self._text, options.max_width, fold=True):
            yield Segment(line, console.get_style(self._style))
            yield Segment.line()


class Fitted:
    """Draws a table for a rich console."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows = [[visible(cell) for cell in row] for row in table.rows]
        self._heads = [visible(column) for column in table.columns]
        self._names = range(table.names)
        self._figures = range(table.names, len(table.columns) - table.words)
        self._labels = [self._label(row) for row in self._rows]

    @property
    def width(self) -> int:
        """How wide it is where there is room for all of it."""
        cells = (max(map(cell_len, column)) for column in zip(self._heads, *self._rows, strict=True))
        return _width(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the lines of the table, its heads in bold."""
        rule = "-" if options.ascii_only else "─"
        for line, style in self._lines(options.max_width, rule):
            yield Segment(line.rstrip(), console.get_style(style))
            yield Segment.line()

    def _lines(self, width: int, rule: str) -> Iterator[tuple[str, str]]:
        layout = self._layout(width)
        for number, part in enumerate(layout.parts):
            if number:
                yield "", ""
            is_last = number + 1 == len(layout.parts)
            yield from self._part(part, layout, width if is_last else 0, width, rule)
        if layout.spared:
            told = f"not in this width: {', '.join(layout.spared)} (a wider terminal or a pipe has all)"
            yield from ((line, "dim") for line in parted(told, width))

    def _part(self, part: Columns, layout: Layout, words: int, width: int, rule: str) -> Iterator[tuple[str, str]]:
        """Draw some of the columns, and in the last part the words."""
        columns = part if layout.above else [*self._names, *part]
        start = INDENT if layout.above else 0
        sizes = self._sizes(columns, width - start)
        used = start + _width(sizes.values())
        places = self._words(used, words) if words and self._table.words else {}
        beside = width - used - GAP if any(places.values()) else 0
        if any(self._heads):
            yield from self._head(columns, sizes, layout, start, beside)
        if self._table.title:  # else it is a list
            yield rule * min(width, used + (GAP + cell_len(self._heads[-1]) if beside else 0)), ""
        for number, row in enumerate(self._rows):
            if layout.above:
                first, *rest = parted(self._labels[number], width - 2 * INDENT, fold=True)
                yield from ((line, "") for line in (first, *(" " * 2 * INDENT + line for line in rest)))
            line = " " * start + (" " * GAP).join(self._cell(row[column], column, sizes) for column in columns)
            if places.get(number):
                first, *rest = parted(row[-1], beside, fold=True)
                yield line + " " * GAP + first, ""
                yield from ((" " * (used + GAP) + one, "") for one in rest)
            else:
                if columns:
                    yield line, ""
                if words and self._table.words and row[-1]:
                    told = f"{self._heads[-1]}: {row[-1]}" if self._heads[-1] else row[-1]
                    yield from ((" " * INDENT + one, "") for one in parted(told, width - INDENT, fold=True))

    def _head(
        self, columns: Columns, sizes: dict[int, int], layout: Layout, start: int, beside: int
    ) -> Iterator[tuple[str, str]]:
        if layout.above and self._table.names == 1 and self._heads[0]:
            yield self._heads[0], "bold"
        heads = [_broken(self._heads[column], sizes[column]) for column in columns]
        deepest = max(map(len, heads), default=0)
        bottom = [[""] * (deepest - len(head)) + head for head in heads]
        last = [[""] * (deepest - 1) + [self._heads[-1]]] if beside else []
        for pieces in zip_longest(*bottom, *last, fillvalue=""):
            cells = [self._cell(piece, column, sizes) for piece, column in zip(pieces, columns, strict=False)]
            yield " " * start + (" " * GAP).join([*cells, *pieces[len(columns) :]]), "bold"

    def _layout(self, width: int) -> Layout:
        """Choose what shows most in the fewest lines."""
        known = [name for name in self._table.spare if name in self._table.columns]
        for most in (1, 2):  # labels beside their figures; above them
            for spared in range(len(known) + 1):
                gone = known[:spared]
                columns = [column for column in self._figures if self._table.columns[column] not in gone]
                for one in self._possible(columns, width)[:most]:
                    if len(one.parts) == 1 and (known or not one.above):
                        return Layout(one.parts, one.above, tuple(gone))
        columns = [column for column in self._figures if self._table.columns[column] not in known]
        found = min(self._possible(columns, width), key=lambda one: (one.lines(len(self._rows)), len(one.parts)))
        return Layout(found.parts, found.above, tuple(known))

    def _possible(self, columns: Columns, width: int) -> list[Layout]:
        """Give the ways to place columns: labels beside their figures, if there is room for any, and above them."""
        labels = _width(map(self._size, self._names))
        widest = max((self._size(column) for column in columns), default=0)
        beside = [Layout(self._parts(columns, width, labels), above=False)] if labels + GAP + widest <= width else []
        return [*beside, Layout(self._parts(columns, width - INDENT + GAP, 0), above=True)]

    def _parts(self, columns: Columns, width: int, used: int) -> tuple[tuple[int, ...], ...]:
        """Fill one part after the other."""
        parts: list[list[int]] = [[]]
        room = width - used
        for column in columns:
            size = GAP + self._size(column)
            if size > room and parts[-1]:
                parts.append([])
                room = width - used
            parts[-1].append(column)
            room -= size
        return tuple(map(tuple, parts))

    def _words(self, used: int, width: int) -> dict[int, bool]:
        """Tell of each row whether its words stand beside it; of a table with heads, of all or of none."""
        room = width - used - GAP
        least = min(FEWEST, max(cell_len(line[-1]) for line in (self._heads, *self._rows)))
        fits = {
            number: room >= least and all(cell_len(word) <= room for word in row[-1].split(" "))
            for number, row in enumerate(self._rows)
        }
        return fits if not any(self._heads) else dict.fromkeys(fits, all(fits.values()))

    def _sizes(self, columns: Columns, width: int) -> dict[int, int]:
        """Give each column what it needs, and as many heads as there is room for a line of their own."""
        sizes = {column: self._size(column) for column in columns}
        for column in columns:
            whole = {**sizes, column: max(sizes[column], cell_len(self._heads[column]))}
            sizes = whole if _width(whole.values()) <= width else sizes
        return sizes

    def _size(self, column: int) -> int:
        """Measure a column: its cells, and the longest piece of its head."""
        cells = [row[column] for row in self._rows]
        return max(map(cell_len, [*cells, *PIECE.findall(self._heads[column])]), default=0)

    def _cell(self, text: str, column: int, sizes: dict[int, int]) -> str:
        is_name = column in self._names
        return set_cell_size(text, sizes[column]) if is_name else " " * (sizes[column] - cell_len(text)) + text

    def _label(self, row: Sequence[str]) -> str:
        named = zip(self._heads, row[: self._table.names], strict=False)
        return row[0] if self._table.names == 1 else " ".join(f"{name}={value}" for name, value in named)


def _width(sizes: Iterable[int]) -> int:
    """Add up the sizes of columns, and what stands between them."""
    known = [*sizes]
    return sum(known) + GAP * max(0, len(known) - 1)


def _broken(head: str, size: int) -> list[str]:
    """Break a head between its pieces into lines of a size."""
    if cell_len(head) <= size:
        return [head]
    lines = [""]
    for piece in PIECE.findall(head):
        joined = f"{lines[-1]} {piece}".strip()
        lines[-1:] = [joined] if cell_len(joined) <= size or not lines[-1] else [lines[-1], piece]
    return lines
