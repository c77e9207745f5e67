"""Small pictures of a first layer."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from nnexp.miniature.weights import draw
from nnexp.picture import check_picture


def test_what_excites_a_neuron_is_blue_and_what_calms_it_red() -> None:
    weights = np.zeros((1, 28 * 20), np.float32)
    weights[0, :20], weights[0, -20:] = 2.0, -2.0  # the first and the last row
    png = draw(weights, (28, 20))
    assert png is not None
    check_picture("weights", png)
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    blue = np.nonzero(image[:, :, 2] - image[:, :, 0] > 100)[0].mean()
    red = np.nonzero(image[:, :, 0] - image[:, :, 2] > 100)[0].mean()
    assert blue < red


@pytest.mark.parametrize("n", [1, 7, 30, 300])
def test_many_neurons_are_no_larger_a_picture(n: int) -> None:
    png = draw(np.random.default_rng(n).normal(size=(n, 784)).astype(np.float32), (28, 28))
    assert 0 < len(png or b"") < 13_000


def test_numbers_that_are_none_hinder_nothing() -> None:
    weights = np.full((2, 16), np.nan)
    weights[1] = [np.inf, -np.inf, *[0.0] * 14]
    assert draw(weights, (4, 4))


@pytest.mark.parametrize("shape", [(1, 16), (16, 1), (3, 5), (0, 0), (-4, -4)])
def test_rows_of_a_table_are_no_pictures(shape: tuple[int, int]) -> None:
    assert draw(np.ones((2, 16)), shape) is None
