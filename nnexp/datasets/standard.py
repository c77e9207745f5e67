"""Tables on one scale: each column less its mean, over its standard deviation, both of the training part alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS = 4096  # at a time

Column = NDArray[np.float32]


def measure(rows: NDArray[np.generic]) -> tuple[Column, Column]:
    """Give each column's mean and standard deviation (of the population), (values,); 1 for a column that is constant.

    Rows are added one after the other in float64, and the result is rounded to float32: the same on every machine.
    """
    total = np.zeros(rows.shape[1])
    for few in _chunks(rows):
        total += few.sum(axis=0)
    mean = total / len(rows)
    squares = np.zeros(rows.shape[1])
    for few in _chunks(rows):
        squares += ((few - mean) ** 2).sum(axis=0)
    std = np.sqrt(squares / len(rows))
    spread = std.astype(np.float32)
    return mean.astype(np.float32), np.where(spread > 0, spread, np.float32(1))


def standardise(rows: NDArray[np.generic], mean: Column, std: Column) -> NDArray[np.float32]:
    """Put rows (n, values) on that scale; rows in float32 where they lie."""
    made = rows if rows.dtype == np.float32 else np.empty(rows.shape, np.float32)
    for start in range(0, len(rows), ROWS):
        few = slice(start, start + ROWS)
        made[few] = (rows[few].astype(np.float64) - mean) / std
    return made  # type: ignore[return-value]


def _chunks(rows: NDArray[np.generic]) -> list[NDArray[np.float64]]:
    return (rows[start : start + ROWS].astype(np.float64) for start in range(0, len(rows), ROWS))  # type: ignore[return-value]
