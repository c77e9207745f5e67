"""What is taken for a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from nnexp.errors import DataError
from nnexp.picture import MOST_BYTES, check_picture, size


def png(width: int = 3, height: int = 2) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height)).save(content, "png")
    return content.getvalue()


def test_a_picture_has_a_size() -> None:
    check_picture("a", png())
    assert size(png()) == (3, 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a must be a picture in the format PNG"),
        (b"<svg onload='alert(1)'/>", "in the format PNG"),
        (png()[:-1], "in the format PNG"),
        (png()[:33] + bytes(MOST_BYTES) + png()[33:], "of at most 4 MiB, but has 4,194,"),
        (png()[:16] + b"\xff" * 8 + png()[24:], "of 1 to 67,108,864 pixels, but has 4294967295 by 4294967295"),
        (png()[:16] + bytes(8) + png()[24:], "but has 0 by 0"),
    ],
)
def test_whatever_else_is_none(content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        check_picture("a", content)
