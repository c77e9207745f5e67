"""A small canvas for lines, cells and words, and its PNG: a byte a pixel, without the libraries that draw pages."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngImageFile  # noqa: F401  # or Pillow would look for every format that it knows

from nnexp.escape import shortened, visible

Colour = tuple[int, int, int]

PAPER, INK, GREY, PALE = (255, 255, 255), (40, 40, 40), (120, 120, 120), (228, 228, 228)
RED, BLUE = (202, 0, 32), (5, 97, 176)
SIZE = 12  # of letters
COMPRESSION = 4  # more takes longer than it saves


class Canvas:
    """A sheet of paper, on which everything has a colour of a palette."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("P", (width, height))
        self._draw = ImageDraw.Draw(self._image)
        self._draw.fontmode = "1"  # a letter's edge has no colour of its own
        self._palette: dict[Colour, int] = {PAPER: 0}

    def text(
        self, at: tuple[float, float], text: str, anchor: str = "lm", colour: Colour = INK, most: int = 60
    ) -> None:
        """Write a text in one line; the anchor is Pillow's: `lm` has its left and its middle `at` the place."""
        line = shortened(visible(text), most)
        self._draw.text(at, line, self._index(colour), _font(), anchor)

    def line(self, points: Sequence[tuple[float, float]], colour: Colour, width: int = 1) -> None:
        """Draw a line through points, or a dot where it is one."""
        if len(points) == 1:
            ((x, y),) = points
            self._draw.ellipse((x - 2, y - 2, x + 2, y + 2), self._index(colour))
        self._draw.line(points, self._index(colour), width)

    def cell(self, at: tuple[int, int], size: int, colour: Colour) -> None:
        """Fill a square."""
        x, y = at
        self._draw.rectangle((x, y, x + size - 1, y + size - 1), self._index(colour))

    def image(self, at: tuple[int, int], levels: NDArray[np.uint8], colours: Sequence[Colour], larger: int) -> None:
        """Lay an image (h, w) of levels on it, each pixel so many times as large, with a colour for each level."""
        indices = np.array([self._index(colour) for colour in colours], np.uint8)[levels]
        h, w = levels.shape
        self._image.paste(Image.fromarray(indices, "P").resize((w * larger, h * larger), Image.Resampling.NEAREST), at)

    def png(self) -> bytes:
        """Give what was drawn."""
        self._image.putpalette([part for colour in self._palette for part in colour])
        written = io.BytesIO()
        self._image.save(written, "PNG", compress_level=COMPRESSION)
        return written.getvalue()

    def _index(self, colour: Colour) -> int:
        return self._palette.setdefault(colour, len(self._palette))


def width_of(texts: Iterable[str], most: int = 60) -> float:
    """Give the pixels that the longest of some texts takes."""
    return max((_font().getlength(shortened(visible(text), most)) for text in texts), default=0.0)


def between(a: Colour, b: Colour, share: float) -> Colour:
    """Mix two colours."""
    red, green, blue = (round(one + share * (other - one)) for one, other in zip(a, b, strict=True))
    return red, green, blue


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(SIZE)
