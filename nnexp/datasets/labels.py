"""Labels as people have them, and the classes 0..k-1 that a network has outputs for, with the labels' own names."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.options import SETTING, some
from nnexp.errors import DataError

Named = dict[str, NDArray[Any]]  # labels by their part: whole numbers, or texts

MOST_CLASSES = 1 << 12
REGRESSION = "nnexp learns classes, not quantities"


def as_labels(array: NDArray[Any], where: str) -> NDArray[Any]:
    """Make whole numbers (int64) or texts, (n,), of labels in any type that holds such: one-hot, (n, 1), floats.

    Raises
    ------
    DataError
        For what is no class of each example.
    """
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and array.dtype.kind in "iufb":
        return _of_one_hot(array, where)
    if array.ndim != 1 or array.dtype.kind not in "iufbUS":
        got = f"{array.dtype} of shape {array.shape}"
        raise DataError(f"{where}: expected a label for each example, as a number or a text, but got {got}")
    if array.dtype.kind == "f":
        return _of_floats(array, where)
    if array.dtype.kind in "US":
        return _of_texts(array, where)
    if array.dtype.kind == "u" and len(array) and array.max() > np.iinfo(np.int64).max:
        raise DataError(f"{where}: expected labels below 2**63, but got {array.max()}")
    return array.astype("<i8")  # little-endian on every machine, for the digest


def number(labels: Named, where: Mapping[str, str], classes: int | tuple[int | str, ...] | None) -> tuple[str, ...]:
    """Replace labels by their numbers, in place, and name the classes; what is left out becomes -1.

    `classes` says how many there are (labels then count from 0), or which are kept, in this order; None: those that
    occur, numbers by size and texts by alphabet.
    """
    kinds = {array.dtype.kind for array in labels.values()}
    if len(kinds) > 1:
        for part in labels:
            labels[part] = labels[part].astype(str)
    found = np.unique(np.concatenate([np.unique(array) for array in labels.values()])).tolist()
    if isinstance(classes, int):
        return _counted(labels, where, found, classes)
    kept = found if classes is None else _chosen(found, classes, where)
    if len(kept) < 2:
        raise DataError(f"{where['train']}: expected at least two classes, but got {some(kept) or 'none'}")
    if len(kept) > MOST_CLASSES:
        raise DataError(
            f"{where['train']}: expected at most {MOST_CLASSES:,} classes, but got {len(kept):,}; {REGRESSION}"
        )
    for part, array in labels.items():
        labels[part] = _places(array, kept)
    return tuple(str(one) for one in kept)


def _counted(labels: Named, where: Mapping[str, str], found: list[Any], classes: int) -> tuple[str, ...]:
    if isinstance(found[0], str):
        if len(found) > classes:
            got = f"{len(found)}: {some(found)}"
            raise DataError(f"{where['train']}: expected {classes} classes ({SETTING}classes), but got {got}")
        return number(labels, where, None)
    if found[0] >= 1 and len(found) == classes:  # counted from 1, as EMNIST's letters are
        return number(labels, where, None)
    for part, array in labels.items():
        for extreme in (array.max(), array.min()):
            if not 0 <= extreme < classes:
                expected = f"labels from 0 to {classes - 1} ({classes} classes)"
                raise DataError(f"{where[part]}: expected {expected}, but got {extreme}; mend {SETTING}classes")
    return tuple(map(str, range(classes)))


def _chosen(found: list[Any], classes: tuple[int | str, ...], where: Mapping[str, str]) -> list[Any]:
    by_name = {str(one): one for one in found}
    for one in classes:
        if str(one) not in by_name:
            near = get_close_matches(str(one), by_name, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {some(by_name)}"
            raise DataError(f"{where['train']}: {SETTING}classes names {one}, which is no class of it; {hint}")
    return [by_name[str(one)] for one in dict.fromkeys(map(str, classes))]


def _places(array: NDArray[Any], kept: list[Any]) -> NDArray[np.int64]:
    """Give the place of each label among those that are kept; -1 for others."""
    if len(array) == 0:
        return np.empty(0, "<i8")
    there = np.array(kept)
    order = np.argsort(there, kind="stable")
    at = np.minimum(np.searchsorted(there[order], array), len(kept) - 1)
    places = order[at]
    return np.where(there[places] == array, places, -1).astype("<i8")


def _of_one_hot(array: NDArray[Any], where: str) -> NDArray[Any]:
    rows = np.flatnonzero(((array != 0).sum(axis=1) != 1) | (array.max(axis=1) != 1))
    if len(rows):
        raise DataError(
            f"{where}: expected one label an example, or one-hot rows with a single 1, but got shape {array.shape} "
            f"and, in row {rows[0]}, {some(array[rows[0]].tolist(), 12)}"
        )
    places: NDArray[np.int64] = array.argmax(axis=1).astype("<i8")
    return places


def _of_floats(array: NDArray[Any], where: str) -> NDArray[Any]:
    bad = np.flatnonzero(~(np.isfinite(array) & (array == np.round(array)) & (np.abs(array) < 2**53)))
    if len(bad):
        raise DataError(
            f"{where}: expected whole numbers as labels, but got {array[bad[0]]:g} in row {bad[0]}; {REGRESSION}"
        )
    return array.astype("<i8")


def _of_texts(array: NDArray[Any], where: str) -> NDArray[Any]:
    """Give texts, or the numbers that all of them are."""
    if array.dtype.kind == "S":
        try:
            array = np.char.decode(array, "utf-8")
        except UnicodeDecodeError as error:
            raise DataError(f"{where}: expected labels as text in UTF-8, but got other bytes") from error
    texts, at = np.unique(np.char.strip(array), return_inverse=True)
    if "" in texts:
        raise DataError(f"{where}: expected a label for each example, but row {np.argmax(array == '')} has none")
    numbers = _as_numbers(texts.tolist())
    if numbers is None:
        named: NDArray[Any] = texts[at]
        return named
    return _of_floats(numbers[at], where)


def _as_numbers(texts: list[str]) -> NDArray[np.float64] | None:
    try:
        return np.array([float(text) for text in texts])
    except ValueError:
        return None
