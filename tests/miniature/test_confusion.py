"""Small pictures of confusions, of a few classes and of many."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from nnexp.miniature.confusion import draw
from nnexp.picture import check_picture
from tests.hostile import STORED


def pixels(png: bytes | None) -> np.ndarray:
    assert png is not None
    check_picture("confusion", png)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def reddest(image: np.ndarray) -> tuple[int, int]:
    """Give the row and column of the middle of what is red."""
    rows, columns = np.nonzero((image[:, :, 0] > 190) & (image[:, :, 1:].max(axis=2) < 90))
    return round(rows.mean()), round(columns.mean())


def test_a_mistake_stands_in_the_row_of_the_right_class() -> None:
    one, other = np.diag([9] * 10), np.diag([9] * 10)
    one[2], other[7] = 0, 0
    one[2, 7] = other[7, 2] = 9
    (row, column), (row_of_other, column_of_other) = (
        reddest(pixels(draw(one, [*"0123456789"]))),
        reddest(pixels(draw(other, [*"0123456789"]))),
    )
    assert row < row_of_other
    assert column > column_of_other


@pytest.mark.parametrize("k", [2, 12, 26, 62, 200])
def test_it_stays_small_whatever_the_classes(k: int) -> None:
    counts = np.random.default_rng(k).integers(0, 30, (k, k)) + 500 * np.eye(k, dtype=int)
    png = draw(counts, [f"class {number}" for number in range(k)])
    assert max(pixels(png).shape) < 700
    assert len(png or b"") < 40_000


def test_what_cannot_be_seen_is_not_drawn() -> None:
    assert draw(np.ones((1, 1), int), ["a"]) is None
    assert draw(np.zeros((2, 2), int), ["a", "b"]) is None
    assert draw(np.ones((201, 201), int), [*map(str, range(201))]) is None


def test_names_are_names() -> None:
    names = [*STORED.values()][:14]
    assert draw(np.ones((len(names), len(names)), int), names)
