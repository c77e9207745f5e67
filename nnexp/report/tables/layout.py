"""How a table is laid out in a width: which columns stand side by side, and where labels and words stand.

Where the columns do not fit, their heads take several lines; then those that can be spared go; then the table comes in
parts, each with its labels, or with each label in a line of its own. Nothing here draws.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from nnexp.report.tables.table import Table

GAP = 2  # blanks between columns
INDENT = 2  # of what stands beneath its label
FEWEST = 24  # characters for words that stand beside figures, if there are more of them
PIECE = re.compile(r"(?:\[[^]]*\]|[^ ])+")  # of a head, which breaks between these: behind, [95 %]

Columns = Sequence[int]


@dataclass(frozen=True)
class Layout:
    """Which columns stand in each part of a table, and whether labels stand above their figures."""

    parts: tuple[Columns, ...]
    above: bool
    spared: tuple[str, ...] = ()

    @property
    def cost(self) -> tuple[int, int]:
        """How many lines a row takes, and in how many parts it is read."""
        return len(self.parts) * (1 + self.above), len(self.parts)


def lay_out(table: Table, width: int) -> Layout:
    """Choose what shows most in the fewest lines."""
    spare = [name for name in table.spare if name in table.columns]
    possible = []
    for spared in range(len(spare) + 1):
        gone = tuple(spare[:spared])
        columns = [column for column in figures(table) if table.columns[column] not in gone]
        possible += _ways(table, columns, width, gone)
    whole = [one for one in possible if len(one.parts) == 1]
    beside = [one for one in whole if not one.above]
    if beside or (whole and spare):
        return (beside or whole)[0]
    return min((one for one in possible if len(one.spared) == len(spare)), key=lambda one: one.cost)


def figures(table: Table) -> range:
    """Give the columns between the names and the words."""
    return range(table.names, len(table.columns) - table.words)


def size_of(table: Table, column: int) -> int:
    """Measure a column: its cells, and the longest piece of its head."""
    return max(map(cell_len, [*(row[column] for row in table.rows), *PIECE.findall(table.columns[column])]), default=0)


def sizes_of(table: Table, columns: Columns, width: int) -> dict[int, int]:
    """Give each column what it needs, and as many heads as there is room for a line of their own."""
    sizes = {column: size_of(table, column) for column in columns}
    for column in columns:
        whole = {**sizes, column: max(sizes[column], cell_len(table.columns[column]))}
        sizes = whole if width_of(whole.values()) <= width else sizes
    return sizes


def width_of(sizes: Iterable[int]) -> int:
    """Add up the sizes of columns, and what stands between them."""
    known = [*sizes]
    return sum(known) + GAP * max(0, len(known) - 1)


def words_beside(table: Table, room: int) -> list[bool]:
    """Tell of each row whether its words stand beside its figures; of a table with heads, of all or of none."""
    least = min(FEWEST, max(cell_len(line[-1]) for line in (table.columns, *table.rows)))
    fits = [room >= least and all(cell_len(word) <= room for word in row[-1].split(" ")) for row in table.rows]
    return [all(fits)] * len(fits) if any(table.columns) else fits


def broken(head: str, size: int) -> list[str]:
    """Break a head between its pieces into lines of a size."""
    if cell_len(head) <= size:
        return [head]
    lines = [""]
    for piece in PIECE.findall(head):
        joined = f"{lines[-1]} {piece}".strip()
        lines[-1:] = [joined] if cell_len(joined) <= size or not lines[-1] else [lines[-1], piece]
    return lines


def _ways(table: Table, columns: Columns, width: int, gone: tuple[str, ...]) -> list[Layout]:
    """Give the ways to place columns: labels beside their figures, if there is room for any, and above them."""
    sizes = {column: size_of(table, column) for column in columns}
    labels = width_of(size_of(table, column) for column in range(table.names))
    above = Layout(_parts(sizes, width - INDENT + GAP), above=True, spared=gone)
    if labels + GAP + max(sizes.values(), default=0) > width:
        return [above]
    return [Layout(_parts(sizes, width - labels), above=False, spared=gone), above]


def _parts(sizes: dict[int, int], room: int) -> tuple[Columns, ...]:
    """Fill one part after the other."""
    parts: list[list[int]] = [[]]
    left = room
    for column, size in sizes.items():
        if GAP + size > left and parts[-1]:
            parts.append([])
            left = room
        parts[-1].append(column)
        left -= GAP + size
    return tuple(parts)
