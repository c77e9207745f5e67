"""A picture that a run leaves: a PNG, and no larger than a page can show. What is in it nobody looks into."""

from __future__ import annotations

from nnexp.errors import DataError

ENDING = ".png"  # of the name of its file
BEGINNING = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
END = b"IEND\xaeB`\x82"
MOST_BYTES = 4 << 20
MOST_PIXELS = 1 << 26
MOST = 20  # that are kept of one run


def check_picture(name: str, content: bytes) -> None:
    """Refuse what is no picture, or too large a one.

    Raises
    ------
    DataError
        If it is none.
    """
    if not (content.startswith(BEGINNING) and content.endswith(END) and len(content) > len(BEGINNING) + 8):
        raise DataError(f"{name} must be a picture in the format PNG")
    if len(content) > MOST_BYTES:
        raise DataError(f"{name} must be a picture of at most {MOST_BYTES >> 20} MiB, but has {len(content):,} bytes")
    width, height = size(content)
    if not 0 < width * height <= MOST_PIXELS:
        raise DataError(f"{name} must be a picture of 1 to {MOST_PIXELS:,} pixels, but has {width} by {height}")


def size(content: bytes) -> tuple[int, int]:
    """Give the width and the height of a PNG, in pixels."""
    at = len(BEGINNING)
    return int.from_bytes(content[at : at + 4]), int.from_bytes(content[at + 4 : at + 8])
