"""The confusion of a classifier: a row for each right class, a column for each chosen one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnexp.miniature.canvas import BLUE, GREY, INK, PAPER, RED, Canvas, Colour, between, width_of

LETTERED = 14  # classes whose cells have room for a number
CELL, SHEET = 34, 420  # pixels of such a cell; of all cells, where they are smaller
NAMED = 30  # classes whose rows have room for a name
LONGEST = 12  # characters of a name
SHORT = 4  # characters of a name that a column has room for
DARK = 0.5  # of a row: a number stands white on such a cell
MOST = 200  # classes


def draw(counts: NDArray[np.int64], classes: Sequence[str]) -> bytes | None:
    """Draw how many examples (k, k) of each class were taken for which; None where they are too many to be seen."""
    k = len(classes)
    if not 1 < k <= MOST or not counts.any():
        return None
    cell = CELL if k <= LETTERED else max(2, SHEET // k)
    rows, columns = _names(classes)
    left = 30 + round(width_of(rows, LONGEST)) if k <= NAMED else 24
    top = 42
    canvas = Canvas(left + k * cell + 12, top + k * cell + 8)
    canvas.text((left, 12), f"right class (rows) and answer (columns), {counts.sum():,} examples", colour=GREY, most=80)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    for row in range(k):
        y = top + row * cell
        if k <= NAMED:
            canvas.text((left - 6, y + cell / 2), rows[row], "rm", most=LONGEST)
            canvas.text((left + (row + 0.5) * cell, top - 10), columns[row], "mm", most=SHORT)
        for column in range(k):
            if not counts[row, column]:
                continue
            share = float(shares[row, column])
            canvas.cell((left + column * cell, y), cell - (k <= NAMED), _colour(share, right=row == column))
            if k <= LETTERED:
                middle = (left + (column + 0.5) * cell, y + cell / 2)
                canvas.text(middle, str(counts[row, column]), "mm", PAPER if share > DARK else INK)
    canvas.line([(left - 2, top - 1), (left - 2, top + k * cell), (left + k * cell, top + k * cell)], GREY)
    return canvas.png()


def _names(classes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Name rows and columns: where columns have no room for the names, both have numbers."""
    if all(len(name) <= SHORT for name in classes):
        return [*classes], [*classes]
    return [f"{number} {name}" for number, name in enumerate(classes)], [*map(str, range(len(classes)))]


def _colour(share: float, *, right: bool) -> Colour:
    """Colour a cell by its share of the row: what is right blue, mistakes red, the rare ones to be seen as well."""
    steps = round(16 * (share if right else share**0.5)) / 16
    return between(PAPER, BLUE if right else RED, steps * (0.9 if right else 1.0))
