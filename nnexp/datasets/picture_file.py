"""Opening a picture that anybody may have made: of a known format, no larger than wanted, and damage told in a line."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from nnexp.errors import DataError

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM")  # for none of them Pillow starts another program


@contextmanager
def opened(picture: Path | bytes, name: str, *, most_pixels: int) -> Iterator[Image.Image]:
    """Open a file, or what was in one; nothing is decoded yet.

    Raises
    ------
    DataError
        If it is no picture or has too many pixels; or if decoding it, within, finds damage.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of its own bound, and of damage that it can read past
            with Image.open(picture if isinstance(picture, Path) else io.BytesIO(picture), formats=FORMATS) as image:
                if image.width * image.height > most_pixels:
                    raise _too_large(name, most_pixels, f"{image.width} x {image.height}")
                yield image
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(name, most_pixels, "many more") from error
    except Exception as error:  # Pillow raises a dozen kinds on damage
        reason = str(error).partition("\n")[0].removesuffix(f" {str(picture)!r}")
        raise DataError(
            f"{name}: expected a picture such as PNG or JPEG, but it is damaged or none: {reason}"
        ) from error


def _too_large(name: str, most: int, got: str) -> DataError:
    return DataError(f"{name}: expected a picture of at most {most:,} pixels, but got {got}; make it smaller")
