"""From what a layout read to the content that is trained on: types, colours, classes, parts, and a table's one scale.

What is made here is named by its digest, and that digest stands in a run's key; so this code does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets import divide, labels, standard
from nnexp.datasets.content import PARTS, TEST, TRAIN, VAL, Content, Meta, digest_of
from nnexp.datasets.inputs import as_inputs, as_pictures
from nnexp.datasets.layouts import Found
from nnexp.datasets.oddities import oddities
from nnexp.datasets.options import BOOK, SETTING, STRATIFIED, Options, some
from nnexp.datasets.scale import AUTO, NONE, STANDARD
from nnexp.errors import DataError

MNIST = "bd5202f80649964e8d124da95a3b68a8426de0d4a470addae322506ea3a2e38f"  # the digest of its four arrays
LEVELS = ((1, NONE), (16, "1/16"), (256, "1/256"), (65536, "1/65536"))  # a scale for pixels up to so much
SMALLEST = 8  # pixels at a side: a square of fewer values is none that a person would call a picture

Where = Mapping[str, str]  # where each array comes from, by its name


@dataclass
class Parts:
    """Inputs and labels by part, each the reader's own, to be changed in place; labels count from 0."""

    x: dict[str, NDArray[Any]]
    y: dict[str, NDArray[Any]]
    classes: tuple[str, ...] = ()


def prepare(arrays: dict[str, NDArray[Any]], where: Where, found: Found, layout: str, options: Options) -> Content:
    """Make the content of what was read.

    Raises
    ------
    DataError
        For what cannot be learnt from, or does not fit together.
    """
    parts = gather(arrays, where, found, options)
    file_order = parts.y[TRAIN].copy()
    drawn = tuple(part for part in (TEST, VAL) if part not in parts.x)
    split = _split(parts, options)
    _divide(parts, split, options)
    highest, lowest = (float(pick([pick(x) for x in parts.x.values()])) for pick in (np.max, np.min))
    scale = _scale(parts, found, options, highest, lowest)
    mean, std = _standardise(parts) if scale == STANDARD else ((), ())
    finished = {f"{kind}_{part}": getattr(parts, kind)[part] for part in PARTS if part in parts.x for kind in "xy"}
    for array in finished.values():
        array.flags.writeable = False
    shape = _shape(parts.x[TRAIN], is_table=scale == STANDARD)
    meta = Meta(layout, parts.classes, split, scale, shape, highest, lowest, found.columns, mean, std)
    content = Content(finished, digest_of(finished), meta)
    odd = oddities(content, file_order, drawn, options)
    told = (*found.notes, *odd.told)
    return replace(content, meta=replace(meta, odd=told, sorted=odd.is_sorted, duplicates=odd.duplicates))


def gather(arrays: dict[str, NDArray[Any]], where: Where, found: Found, options: Options) -> Parts:
    """Bring what was read into types that are learnt from, as the parts that there are.

    Raises
    ------
    DataError
        As for `prepare`.
    """
    parts = _checked(arrays, where, options)
    names = labels.number(parts.y, _by_part(where), options.classes)
    _keep_classes(parts, names, where, options)
    parts.classes = _named(names, found.classes)
    return parts


def _checked(arrays: dict[str, NDArray[Any]], where: Where, options: Options) -> Parts:
    parts = Parts({}, {})
    for part in PARTS:
        if f"x_{part}" in arrays:
            named = where[f"x_{part}"]
            inputs = as_inputs(as_pictures(arrays.pop(f"x_{part}"), named, options.grey), named)
            parts.x[part] = _transposed(inputs, named) if options.transpose else inputs
            parts.y[part] = labels.as_labels(arrays.pop(f"y_{part}"), where[f"y_{part}"])
            if len(parts.x[part]) != len(parts.y[part]):
                expected = f"{len(parts.x[part])} labels, one for each image in {named}"
                turned = len(parts.y[part]) == parts.x[part].shape[-1]
                hint = "; its examples lie along the last axis: numpy.moveaxis(x, -1, 0) turns it" if turned else ""
                raise DataError(f"{where[f'y_{part}']}: expected {expected}, but got {len(parts.y[part])}{hint}")
    shape = parts.x[TRAIN].shape[1:]
    for part, x in parts.x.items():
        if x.shape[1:] != shape:
            expected = f"images of shape {shape} as in {where[f'x_{TRAIN}']}"
            raise DataError(f"{where[f'x_{part}']}: expected {expected}, but got {x.shape[1:]}")
    if len({x.dtype for x in parts.x.values()}) > 1:  # whole numbers in one part, fractions in another
        parts.x = {part: x.astype(np.float32) for part, x in parts.x.items()}
    return parts


def _transposed(inputs: NDArray[Any], where: str) -> NDArray[Any]:
    if inputs.ndim == 2:
        side = isqrt(inputs.shape[1])
        if side * side != inputs.shape[1]:
            got = f"rows of {inputs.shape[1]} values"
            raise DataError(f"{where}: expected pictures to transpose ({SETTING}transpose=true), but got {got}")
        inputs = inputs.reshape(len(inputs), side, side)
    return np.ascontiguousarray(inputs.transpose(0, 2, 1))


def _by_part(where: Where) -> dict[str, str]:
    return {part: where[f"y_{part}"] for part in PARTS if f"y_{part}" in where}


def _named(names: tuple[str, ...], told: tuple[str, ...]) -> tuple[str, ...]:
    """Give the files' own names for the numbers 0, 1, ... (Hugging Face's), where they have one for each."""
    numbers = [int(name) if name.isdigit() else -1 for name in names]
    return tuple(told[n] for n in numbers) if told and all(0 <= n < len(told) for n in numbers) else names


def _keep_classes(parts: Parts, names: tuple[str, ...], where: Where, options: Options) -> None:
    """Leave out the examples of classes that were not chosen."""
    for part, y in parts.y.items():
        if (y < 0).any():
            parts.x[part], parts.y[part] = parts.x[part][y >= 0], y[y >= 0]
            if not len(parts.y[part]):
                wanted = f"examples of {some(names)} ({SETTING}classes={options.classes})"
                raise DataError(f"{where[f'y_{part}']}: expected {wanted}, but got none")


def _split(parts: Parts, options: Options) -> str:
    """Say how training and validation part: the book's way for MNIST, fairly to the classes for all others."""
    if options.split != AUTO:
        return options.split
    is_mnist = set(parts.x) == {TRAIN, TEST} and parts.x[TRAIN].dtype == np.uint8 and _digest(parts) == MNIST
    return BOOK if is_mnist else STRATIFIED


def _digest(parts: Parts) -> str:
    return digest_of({f"{kind}_{part}": getattr(parts, kind)[part] for part in parts.x for kind in "xy"})


def _divide(parts: Parts, split: str, options: Options) -> None:
    """Draw the parts that are missing from the training part, in place; the book validates later, and `full` never.

    What is left to learn from is mixed, unless it is taken as it lies; where all parts are there, nothing is moved.
    """
    shares = {TEST: options.test} if TEST not in parts.x else {}
    if split == STRATIFIED and VAL not in parts.x:
        shares[VAL] = options.val
    if not shares:
        return
    x, y = parts.x[TRAIN], parts.y[TRAIN]
    rows = divide.draw(y, shares, options.split_seed)
    if split != STRATIFIED:
        rows = {part: np.sort(at) for part, at in rows.items()}
    if empty := [part for part in rows if not len(rows[part])]:
        got = f"{len(y)} of {len(parts.classes)} classes"
        more = f"give more of each, or {SETTING}classes=[…] those that have enough"
        raise DataError(
            f"expected enough examples to draw a part for {' and '.join(empty)} of them, but got {got}; {more}"
        )
    order = np.concatenate(list(rows.values()))
    divide.reorder(x, order)
    y = y[order]
    start = 0
    for part, at in rows.items():
        parts.x[part], parts.y[part] = x[start : start + len(at)], y[start : start + len(at)]
        start += len(at)


def _scale(parts: Parts, found: Found, options: Options, highest: float, lowest: float) -> str:
    """Say what `auto` is here: one number for pixels, by their range; one scale a column for tables."""
    x = parts.x[TRAIN]
    if options.scale == STANDARD and x.ndim == 3:
        raise DataError(f"{SETTING}scale=standard is for tables, but these are pictures; use {SETTING}scale=auto")
    if options.scale != AUTO:
        return options.scale
    is_picture = x.ndim == 3 or (x.dtype == np.uint8 and x.shape[1] >= SMALLEST**2 and _side(x.shape[1]) > 0)
    is_float = x.dtype.kind == "f" and (lowest < 0 or highest > 1)
    if not is_picture and (found.columns or is_float):
        return STANDARD
    if lowest < 0:
        return NONE
    return next((scale for level, scale in LEVELS if highest <= level), f"1/{highest:g}")


def _standardise(parts: Parts) -> tuple[tuple[float, ...], tuple[float, ...]]:
    mean, std = standard.measure(parts.x[TRAIN])
    for part, x in parts.x.items():
        parts.x[part] = standard.standardise(x, mean, std)
    return tuple(map(float, mean)), tuple(map(float, std))


def _shape(x: NDArray[Any], *, is_table: bool) -> tuple[int, int]:
    """Give the height and width of a picture; a flat one is a square, if it can be one, and else a row."""
    if x.ndim == 3:
        return int(x.shape[1]), int(x.shape[2])
    side = 0 if is_table else _side(x.shape[1])
    return (side, side) if side >= SMALLEST else (1, int(x.shape[1]))


def _side(values: int) -> int:
    side = isqrt(values)
    return side if side * side == values else 0
