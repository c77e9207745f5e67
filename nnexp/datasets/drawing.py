"""Digits as pictures: drawn with characters, written as PNG, and read from a person's own drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from nnexp.datasets.ink import find_ink
from nnexp.datasets.scan import read_scan
from nnexp.errors import DataError

Picture = NDArray[np.uint8]  # (h, w), ink 255

LEVELS = " ░▒▓█"
BRAILLE, DOTS = 0x2800, np.array([1, 8, 2, 16, 4, 32, 64, 128])  # of Unicode, row by row
MOST_DOTS = 40  # at a side
FILL = 20 / 28  # MNIST's digits fill a box of 20 x 20 pixels in 28 x 28, their centre of mass in the middle
INK = 64  # what counts as ink when the digit's box is looked for
ALIKE = 0.1  # a picture of the network's size whose digit is so nearly of the right size is only moved, not resized


@dataclass(frozen=True)
class Drawing:
    """A drawing made fit for a network, what was done to it, and why it may not be one digit."""

    picture: Picture
    changes: tuple[str, ...]
    doubt: str


@dataclass(frozen=True)
class Manner:
    """How the pictures of a data set are drawn: as MNIST's are, or not."""

    is_light: bool = True  # the ink, on dark paper
    is_placed: bool = True  # filling MNIST's box, their centre of mass in the middle
    fill: float = FILL  # how much of a side, by the longer side of the sign


def manner_of(pictures: Sequence[Picture]) -> Manner:
    """Tell it by some of the pictures."""
    is_light = bool(np.median(pictures) < 128)
    inked = [each for picture in pictures if (each := picture if is_light else 255 - picture).any()]
    if not inked or sum(map(_is_as_mnists, inked)) > len(inked) / 2:
        return Manner(is_light)
    return Manner(is_light, is_placed=False, fill=float(np.median([_fill(picture) for picture in inked])))


def as_text(picture: Picture) -> str:
    """Draw a picture with characters, two of them a pixel."""
    levels = picture.astype(int) * (len(LEVELS) - 1) // 255
    return "\n".join("".join(LEVELS[level] * 2 for level in row).rstrip() for row in levels)


def as_dots(picture: NDArray[Any]) -> str:
    """Draw what is bright in a picture (h, w) of any range with dots of Braille, 2 x 4 of them a character."""
    threshold = picture.min() + 0.4 * (float(picture.max()) - float(picture.min()))
    step = max(1, -(-max(picture.shape) // MOST_DOTS))
    ink = picture[::step, ::step] > threshold
    h, w = (-(-side // cell) * cell for side, cell in zip(ink.shape, (4, 2), strict=True))
    padded = np.zeros((h, w), bool)
    padded[: ink.shape[0], : ink.shape[1]] = ink
    cells = padded.reshape(h // 4, 4, w // 2, 2).transpose(0, 2, 1, 3).reshape(h // 4, w // 2, 8)
    codes = BRAILLE + (cells * DOTS).sum(axis=2)
    return "\n".join("".join(map(chr, row)) for row in codes)


def write_png(picture: Picture, file: Path, *, scale: int = 8) -> None:
    """Write a picture as PNG, dark ink on white paper, each pixel enlarged."""
    try:
        Image.fromarray(255 - picture).resize((picture.shape[1] * scale, picture.shape[0] * scale), 0).save(file)
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be written: {error}") from error


MNISTS = Manner()


def read_drawing(file: Path, shape: tuple[int, int], manner: Manner = MNISTS) -> Drawing:
    """Read a picture file of any size and colours as a digit (h, w) the way MNIST's were made.

    Where a data set's own pictures are not placed so, one of their size is taken as it is.

    Raises
    ------
    DataError
        If the file is no picture, or a blank one.
    """
    scan = read_scan(file)
    is_of_size = scan.grey.shape == shape
    if is_of_size and not manner.is_placed:
        return Drawing(scan.grey.round().astype(np.uint8), scan.changes, "")
    ink = find_ink(scan.grey)
    if not ink.shares.any():
        raise DataError(f"{file}: expected a drawn digit, but the picture is blank")
    changes = list(scan.changes)
    if ink.is_light != manner.is_light:
        changes.append(f"inverted: the ink was {'light on dark' if ink.is_light else 'dark on light'} paper")
    untouched = (scan.grey if ink.is_light else 255 - scan.grey).round().astype(np.uint8)
    if is_of_size and _is_as_mnists(untouched):
        return Drawing(_in(manner, untouched), tuple(changes), ink.doubt)
    if ink.others:
        changes.append(f"left out {ink.others} other part{'s' * (ink.others > 1)}, such as a frame or specks")
    if not is_of_size:
        changes.append(f"resized from {scan.size[1]} x {scan.size[0]} to {shape[1]} x {shape[0]}")
    changes.append("centred, as MNIST's are" if manner.is_placed else "centred")
    placed = _placed((255 * ink.shares).round().astype(np.uint8), shape, manner.fill)
    return Drawing(_in(manner, placed), tuple(changes), ink.doubt)


def _in(manner: Manner, picture: Picture) -> Picture:
    return picture if manner.is_light else 255 - picture


def _is_as_mnists(picture: Picture) -> bool:
    """Tell whether all the ink fills MNIST's box, its centre of mass in the middle."""
    fills = picture.any() and abs(_fill(picture) - FILL) * max(picture.shape) < 0.5
    return bool(fills and (abs(_off_centre(picture)) <= 1).all())


def _fill(picture: Picture) -> float:
    return max(float(size / side) for size, side in zip(_sizes(_box(picture)), picture.shape, strict=True))


def _placed(drawn: Picture, shape: tuple[int, int], fill: float) -> Picture:
    """Resize the ink to a box that fills so much of the sides, and move its centre of mass into the middle."""
    box = _box(drawn, INK)
    factor = min(round(fill * side) / size for side, size in zip(shape, _sizes(box), strict=True))
    if drawn.shape == shape and abs(factor - 1) <= ALIKE:
        factor = 1
    h, w = (side / factor for side in shape)  # what is seen of the drawing, its box in the middle
    y, x = ((side.start + side.stop) / 2 for side in box)
    pad = int(max(h, w)) + 1
    top, left = round(y - h / 2) + pad, round(x - w / 2) + pad
    seen = (left, top, left + w, top + h)
    how = Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR
    small = np.asarray(Image.fromarray(np.pad(drawn, pad)).resize(shape[::-1], how, seen))
    centred: Picture = ndimage.shift(small, _within(small, np.rint(_off_centre(small))), order=0)
    return centred


def _within(picture: Picture, by: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move a picture by no more than keeps its ink within the edges."""
    box = _box(picture, INK)
    room = [(-side.start, whole - side.stop) for side, whole in zip(box, picture.shape, strict=True)]
    return by.clip(*np.array(room).T)


def _box(picture: Picture, least: int = 1) -> tuple[slice, ...]:
    [box] = ndimage.find_objects((picture >= min(least, picture.max())).astype(np.int8))
    return box


def _sizes(box: tuple[slice, ...]) -> tuple[int, ...]:
    return tuple(int(side.stop - side.start) for side in box)


def _off_centre(picture: Picture) -> NDArray[np.float64]:
    """Say by how much to move a picture's centre of mass into the middle; of MNIST's own digits it is (14, 14)."""
    return np.array(picture.shape) / 2 - ndimage.center_of_mass(picture)
