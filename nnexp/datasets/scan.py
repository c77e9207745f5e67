"""A picture file as grey values: of any size, colours and depth, the way up that its camera was held."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from nnexp.datasets.picture_file import opened
from nnexp.errors import DataError

MOST_PIXELS = 100_000_000  # to decode; a telephone's camera has 50
LONGEST = 640  # pixels of a side: enough to find a digit in
GREY = ("1", "L", "I", "I;16", "I;16B", "I;16L", "F")
SIDEWAYS = range(5, 9)  # of EXIF's eight orientations, those that swap height and width


@dataclass(frozen=True)
class Scan:
    """Grey values, 0 to 255, light is high; and what was done to have them."""

    grey: NDArray[np.float32]  # (h, w), each at most LONGEST
    size: tuple[int, int]  # height and width of the picture
    changes: tuple[str, ...]


def read_scan(file: Path) -> Scan:
    """Read a picture file.

    Raises
    ------
    DataError
        If it is no picture, damaged, or too large.
    """
    if not file.is_file():
        raise DataError(f"{file}: expected a picture such as PNG or JPEG, but there is no such file")
    with opened(file, str(file), most_pixels=MOST_PIXELS) as image:
        return _scan(image)


def _scan(image: Image.Image) -> Scan:
    width, height = image.size
    is_grey = image.mode in GREY
    image.draft("L", (LONGEST, LONGEST))  # a JPEG is decoded no larger than needed
    orientation = image.getexif().get(0x0112, 1)
    grey = _grey(ImageOps.exif_transpose(image))
    changes = []
    if orientation in range(2, 9):
        changes.append("turned the way up that its camera was held")
    if not is_grey:
        changes.append("made grey")
    return Scan(grey, (width, height) if orientation in SIDEWAYS else (height, width), tuple(changes))


def _grey(image: Image.Image) -> NDArray[np.float32]:
    if image.mode.startswith(("I", "F")):  # more than 8 bits
        image = _stretched(image)
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode != "L":
        image = image.convert("L")
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    return np.asarray(_on_paper(image) if image.mode == "RGBA" else image, np.float32)


def _stretched(image: Image.Image) -> Image.Image:
    """Bring values of any range to 0 to 255: cameras and scanners use 10, 12 or 16 bits of 16."""
    values = np.asarray(image, np.float32)
    low, high = values.min(), values.max()
    if not np.isfinite(high - low):
        raise ValueError("pixels that are no finite numbers")
    return Image.fromarray((values - low) * np.float32(255 / max(high - low, 1)))


def _on_paper(image: Image.Image) -> Image.Image:
    """Lay a picture that has transparent parts on white paper, or on black where its ink is light."""
    light, opacity = np.moveaxis(np.asarray(image.convert("LA"), np.float32), -1, 0)
    is_light = (light * opacity).sum() > 255 / 2 * opacity.sum()
    paper = Image.new("RGBA", image.size, "black" if is_light else "white")
    paper.alpha_composite(image)
    return paper.convert("L")
