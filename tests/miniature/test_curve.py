"""Small pictures of learning curves: of whatever was measured, with round numbers on their axes."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

from nnexp.miniature.curve import COLOURS, Line, draw, ticks, written
from nnexp.picture import check_picture
from tests.hostile import STORED


def pixels(png: bytes) -> np.ndarray:
    check_picture("curve", png)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def rows_of(png: bytes, colour: tuple[int, int, int], beneath: int = 44) -> np.ndarray:
    """Give the rows, below the names, in which something of a colour stands."""
    found = (pixels(png)[beneath:] == colour).all(axis=2).any(axis=1)
    return np.flatnonzero(found) + beneath


def test_a_line_rises_from_the_foot_of_its_panel_to_its_head() -> None:
    png = draw([[Line("accuracy %", [(1, 90.0), (2, 96.0), (3, 98.0)]), Line("test %", [(1, 90.0), (2, 90.0)])]])
    assert png is not None
    assert np.ptp(rows_of(png, COLOURS[0])) > 3 * np.ptp(rows_of(png, COLOURS[1]))
    assert len(png) < 5000


def test_each_panel_has_its_own_scale() -> None:
    accuracy, cost = [Line("a", [(1, 90.0), (2, 98.0)])], [Line("c", [(1, 0.4), (2, 0.1)])]
    both, one = draw([accuracy, cost]), draw([accuracy])
    assert both is not None
    assert one is not None
    assert pixels(both).shape[1] == 2 * pixels(one).shape[1]
    assert (pixels(both)[:, : pixels(one).shape[1]] == pixels(one)).all()


@pytest.mark.parametrize("values", [[], [1.0], [math.nan, math.inf, 0.5], [1e308, -math.inf, math.nan]])
def test_less_than_two_epochs_are_no_curve(values: list[float]) -> None:
    assert draw([[Line("loss", [*enumerate(values, 1)])], []]) is None


@pytest.mark.parametrize(
    "values",
    [
        [0.0, 0.0], [0.5, 0.5, 0.5], [1e-320, 0.0], [1e15, 1e15 + 0.125], [-1e149, 1e149], [1.0, math.nan, 3.0],
        [0.1, 1e30], [5e-324, 1.0], [*range(5000)],
    ],
)  # fmt: skip
def test_whatever_was_measured_is_drawn(values: list[float]) -> None:
    png = draw([[Line("loss", [*enumerate(values, 1)])]])
    assert png is not None
    assert rows_of(png, COLOURS[0]).size


@pytest.mark.parametrize("text", STORED.values(), ids=STORED.keys())
def test_a_name_is_a_name(text: str) -> None:
    assert draw([[Line(text, [(1, 0.1), (2, 0.2)])]])


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.912, 0.978, ["0.90", "0.92", "0.94", "0.96", "0.98"]),
        (1, 30, ["0", "10", "20", "30"]),
        (0.95, 0.95, ["0.8", "1.0"]),
        (0, 0, ["0.0", "0.2"]),
        (0, 20_000, ["0", "5,000", "10,000", "15,000", "20,000"]),
    ],
)
def test_ticks_are_round_and_written_alike(low: float, high: float, words: list[str]) -> None:
    assert written(ticks(low, high)) == words
