"""Digits as pictures: drawn with characters, written as PNG, and read from a person's own drawing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from nnexp.errors import DataError

Picture = NDArray[np.uint8]  # (h, w), ink 255

LEVELS = " ░▒▓█"
BRAILLE, DOTS = 0x2800, np.array([1, 8, 2, 16, 4, 32, 64, 128])  # of Unicode, row by row
MOST_DOTS = 40  # at a side
MARGIN = 4 / 28  # MNIST's digits fill a box of 20 x 20 pixels in 28 x 28, their centre of mass in the middle
INK = 64  # what counts as ink when the digit's box is looked for


@dataclass(frozen=True)
class Drawing:
    """A drawing made fit for a network, and what was done to it."""

    picture: Picture
    changes: tuple[str, ...]


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


def read_drawing(file: Path, shape: tuple[int, int]) -> Drawing:
    """Read a picture file of any size and colours as a digit (h, w) the way MNIST's were made.

    Raises
    ------
    DataError
        If the file is no picture, or a blank one.
    """
    try:
        with Image.open(file) as image:
            original, mode = _on_white(image), image.mode
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(f"{file}: expected a picture such as PNG, but got: {error}") from error
    changes = [] if mode == "L" else ["made grey"]
    ink = np.asarray(original)
    if np.median(_border(ink)) > np.iinfo(np.uint8).max / 2:
        ink = 255 - ink
        changes.append("inverted: the ink was dark on light paper")
    if ink.shape == shape:
        return Drawing(ink, tuple(changes))
    changes.append(
        f"resized from {ink.shape[1]} x {ink.shape[0]} to {shape[1]} x {shape[0]} and centred, as MNIST's are"
    )
    return Drawing(_centred(_box(ink, file), shape), tuple(changes))


def _on_white(image: Image.Image) -> Image.Image:
    """Lay a picture that has transparent parts on white paper."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("L")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("L")


def _border(ink: Picture) -> NDArray[np.uint8]:
    return np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])


def _box(ink: Picture, file: Path) -> Picture:
    rows, columns = np.flatnonzero((ink > INK).any(axis=1)), np.flatnonzero((ink > INK).any(axis=0))
    if not len(rows):
        raise DataError(f"{file}: expected a drawn digit, but the picture is blank")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _centred(box: Picture, shape: tuple[int, int]) -> Picture:
    room = [side - 2 * round(side * MARGIN) for side in shape]
    factor = min(room[0] / box.shape[0], room[1] / box.shape[1])
    h, w = (max(1, round(side * factor)) for side in box.shape)
    small = np.asarray(
        Image.fromarray(box).resize((w, h), Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR)
    )
    weight = small.sum() or 1
    centre = (small.sum(axis=1) @ np.arange(h) / weight, small.sum(axis=0) @ np.arange(w) / weight)
    top, left = (
        int(np.clip(round(side / 2 - at), 0, side - size)) for side, at, size in zip(shape, centre, (h, w), strict=True)
    )
    picture = np.zeros(shape, np.uint8)
    picture[top : top + h, left : left + w] = small
    return picture
