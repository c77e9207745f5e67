"""A table of words drawn in whatever width there is: every label and every figure stays whole (see layout.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment

from nnexp.escape import visible
from nnexp.report.tables.layout import GAP, INDENT, Columns, broken, lay_out, sizes_of, width_of, words_beside
from nnexp.report.tables.table import Row, Table
from nnexp.terminal import parted

Line = tuple[str, str]  # and how it looks


class Fitted:
    """Draws a table for a rich console."""

    def __init__(self, table: Table) -> None:
        rows = tuple(tuple(map(visible, row)) for row in table.rows)
        self._table = replace(table, columns=tuple(map(visible, table.columns)), rows=rows)

    @property
    def width(self) -> int:
        """How wide it is where there is room for all of it."""
        lines = (self._table.columns, *self._table.rows)
        return width_of(max(map(cell_len, column)) for column in zip(*lines, strict=True))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the lines of the table, its heads in bold."""
        rule = "-" if options.ascii_only else "─"
        for line, style in self._lines(options.max_width, rule):
            yield Segment(line.rstrip(), console.get_style(style))
            yield Segment.line()

    def _lines(self, width: int, rule: str) -> Iterator[Line]:
        layout = lay_out(self._table, width)
        for part in layout.parts:
            if part is not layout.parts[0]:
                yield "", ""
            yield from Part(self._table, part, width, above=layout.above, is_last=part is layout.parts[-1]).lines(rule)
        if layout.spared:
            told = f"not in this width: {', '.join(layout.spared)} (a wider terminal or a pipe has all)"
            yield from ((line, "dim") for line in parted(told, width))


class Part:
    """Some columns of a table with its labels; the last part has the words too."""

    def __init__(self, table: Table, columns: Columns, width: int, *, above: bool, is_last: bool) -> None:
        self._table, self._width, self._above = table, width, above
        self._columns = columns if above else [*range(table.names), *columns]
        self._indent = " " * (INDENT if above else 0)
        self._sizes = sizes_of(table, self._columns, width - len(self._indent))
        self._used = len(self._indent) + width_of(self._sizes.values())
        self._has_words = bool(table.words) and is_last
        self._room = width - self._used - GAP  # for words
        self._beside = words_beside(table, self._room) if self._has_words else [False] * len(table.rows)

    def lines(self, rule: str) -> Iterator[Line]:
        """Give the heads, if there are any, and the rows."""
        words = self._table.columns[-1] if any(self._beside) else ""
        if any(self._table.columns):
            yield from self._head(words)
        if self._table.title:  # else it is a list
            yield rule * (self._used + (GAP + cell_len(words) if words else 0)), ""
        for row, is_beside in zip(self._table.rows, self._beside, strict=True):
            yield from ((line, "") for line in self._row(row, is_beside=is_beside))

    def _head(self, words: str) -> Iterator[Line]:
        if self._above and self._table.names == 1:
            yield self._table.columns[0], "bold"
        heads = [broken(self._table.columns[column], self._sizes[column]) for column in self._columns]
        deepest = max(map(len, heads), default=1)
        padded = [[""] * (deepest - len(head)) + head for head in heads]
        for at in range(deepest):
            last = [words] if words and at == deepest - 1 else []
            yield self._joined([head[at] for head in padded], last), "bold"

    def _row(self, row: Row, *, is_beside: bool) -> Iterator[str]:
        if self._above:
            first, *rest = parted(self._label(row), self._width - 2 * INDENT, fold=True)
            yield from (first, *(" " * 2 * INDENT + line for line in rest))
        cells = [row[column] for column in self._columns]
        if is_beside:
            first, *rest = parted(row[-1], self._room, fold=True)
            yield self._joined(cells, [first])
            yield from (" " * (self._used + GAP) + line for line in rest)
            return
        if cells:
            yield self._joined(cells)
        if self._has_words and row[-1]:
            head = self._table.columns[-1]
            told = f"{head}: {row[-1]}" if head else row[-1]
            yield from (" " * INDENT + line for line in parted(told, self._width - INDENT, fold=True))

    def _joined(self, cells: list[str], words: list[str] | None = None) -> str:
        """Join the cells of a line: names stand to the left in their columns, figures to the right."""
        placed = [self._cell(text, column) for text, column in zip(cells, self._columns, strict=True)]
        return self._indent + (" " * GAP).join([*placed, *(words or [])])

    def _cell(self, text: str, column: int) -> str:
        size = self._sizes[column]
        return set_cell_size(text, size) if column < self._table.names else " " * (size - cell_len(text)) + text

    def _label(self, row: Row) -> str:
        """Write what a row is of: several settings as they are typed."""
        names = self._table.columns[: self._table.names]
        return row[0] if len(names) == 1 else " ".join(f"{n}={v}" for n, v in zip(names, row, strict=False))
