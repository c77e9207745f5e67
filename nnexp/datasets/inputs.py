"""Inputs as people have them, and the bytes or float32 that a network learns from; nothing is lost but a float's tail.

Pictures come out as (n, height, width), tables and flat pictures as (n, values).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.options import SETTING
from nnexp.errors import DataError

ROWS = 4096  # examples at a time
RED, GREEN, BLUE = 19595, 38470, 7471  # of 65536: ITU-R BT.601, as Pillow's "L"


def as_inputs(array: NDArray[Any], where: str) -> NDArray[Any]:
    """Make bytes of whole numbers from 0 to 255, whatever type holds them, and float32 of all others.

    Raises
    ------
    DataError
        For what is no number, or not finite, by its row and column.
    """
    if array.dtype.kind not in "iufb":
        raise DataError(f"{where}: expected numbers, but got {array.dtype}")
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    narrow = np.empty(array.shape, np.uint8)
    for rows in _slices(len(array)):
        few = array[rows]
        check_finite(few, where, rows.start)
        if not is_bytes(few):
            return _floats(array, where)
        narrow[rows] = few
    return narrow


def is_bytes(few: NDArray[Any]) -> bool:
    """Tell whether all values are whole numbers from 0 to 255."""
    return bool(few.dtype.kind == "b" or (((few >= 0) & (few <= 255)).all() and (few == np.floor(few)).all()))


def check_finite(few: NDArray[Any], where: str, first: int = 0) -> None:
    """Refuse what is no number, by its place; `first` is the number of the first row."""
    if few.dtype.kind == "f" and not (finite := np.isfinite(few)).all():
        row, *column = (int(one) for one in np.argwhere(~finite)[0])
        at = f"row {first + row}, {'column' if len(column) == 1 else 'pixel'} {', '.join(map(str, column))}"
        raise DataError(f"{where}: expected finite numbers, but got {few[row, *column]} in {at}; mend or drop that row")


def _floats(array: NDArray[Any], where: str) -> NDArray[np.float32]:
    floats = np.ascontiguousarray(array) if array.dtype == np.float32 else np.empty(array.shape, np.float32)
    for rows in _slices(len(array)):
        with np.errstate(over="ignore"):
            floats[rows] = array[rows]
        check_finite(array[rows], where, rows.start)
        check_finite(floats[rows], where, rows.start)
    return floats


def as_pictures(array: NDArray[Any], where: str, grey: bool | None) -> NDArray[Any]:
    """Bring inputs into (n, height, width) or (n, values): of one channel, of three made grey, or of three planes."""
    if array.ndim == 4 and 1 in (array.shape[1], array.shape[3]):
        array = array.reshape(len(array), *array.shape[1:3]) if array.shape[3] == 1 else array[:, 0]
    if array.ndim in (2, 3):
        return array
    if array.ndim == 4 and 3 in (array.shape[1], array.shape[3]):
        return _of_colours(array if array.shape[3] == 3 else array.transpose(0, 2, 3, 1), where, grey)
    expected = "pictures of shape (n, height, width), of 1 or 3 channels, or rows (n, values)"
    hint = "; x[..., :3] leaves out what is transparent" if array.ndim == 4 and array.shape[3] == 4 else ""
    raise DataError(f"{where}: expected {expected}, but got {array.shape}{hint}")


def _of_colours(array: NDArray[Any], where: str, grey: bool | None) -> NDArray[Any]:
    if grey is False:
        return np.ascontiguousarray(array.transpose(0, 3, 1, 2)).reshape(len(array), -1, array.shape[2])
    if not grey and not _is_grey(array):
        remedy = f"{SETTING}grey=true makes them grey, {SETTING}grey=false takes the colours as three planes"
        raise DataError(f"{where}: expected grey pictures, but got coloured ones, {array.shape}; {remedy}")
    made = np.empty(array.shape[:3], array.dtype)
    for rows in _slices(len(array)):
        made[rows] = _grey(array[rows])
    return made


def _is_grey(array: NDArray[Any]) -> bool:
    return all((array[rows] == array[rows, ..., :1]).all() for rows in _slices(len(array)))


def _grey(few: NDArray[Any]) -> NDArray[Any]:
    if few.dtype != np.uint8:
        weighed: NDArray[Any] = few @ np.array([0.299, 0.587, 0.114], few.dtype)
        return weighed
    red, green, blue = (few[..., channel].astype(np.uint32) for channel in range(3))
    return ((red * RED + green * GREEN + blue * BLUE + (1 << 15)) >> 16).astype(np.uint8)


def _slices(n: int) -> list[slice]:
    return [slice(start, min(start + ROWS, n)) for start in range(0, n, ROWS)]
