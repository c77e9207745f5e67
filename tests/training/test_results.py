"""What a task measures and leaves, as a worker takes it."""

from __future__ import annotations

import io
from math import inf, isnan, nan
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nnexp.errors import DataError
from nnexp.picture import MOST, MOST_BYTES
from nnexp.training.measured import numbers
from nnexp.training.results import take_arrays, take_pictures


def png() -> bytes:
    content = io.BytesIO()
    Image.new("L", (2, 2)).save(content, "png")
    return content.getvalue()


def test_numbers_of_any_kind_become_plain() -> None:
    taken = numbers({"a": np.float32(0.5), "b": True, "c": nan, "d": -inf})
    assert {type(value) for value in taken.values()} == {float}
    assert (taken["a"], taken["b"], taken["d"]) == (0.5, 1.0, -inf)
    assert isnan(taken["c"])


@pytest.mark.parametrize("value", ["good", None, [1, 2], {}])
def test_what_is_no_number_is_named(value: Any) -> None:
    with pytest.raises(DataError, match="the metric val/loss must be a number, but is "):
        numbers({"val/loss": value})


@pytest.mark.parametrize("name", ["", "a//b", "/a", "../a", "a\n", "50%", "a" * 241, "\x1b[1m"])
def test_a_name_that_no_store_keeps_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="a metric's name must be of letters, digits, spaces"):
        numbers({name: 1.0})


def test_two_names_that_are_summed_up_as_one_are_refused() -> None:
    assert numbers({"val/loss": 1.0, "loss": 2.0}) == {"val/loss": 1.0, "loss": 2.0}
    with pytest.raises(DataError, match="must differ in more than a slash, but there are val/loss and val_loss"):
        numbers({"val/loss": 1.0, "val_loss": 1.0})


@pytest.mark.parametrize("name", ["../model", "a/b", "", ".hidden"])
def test_no_file_is_written_elsewhere(name: str) -> None:
    with pytest.raises(DataError, match=r"a file must be named by letters, digits and _ \. - alone"):
        take_arrays({name: {"x": np.ones(1)}})


def test_pictures_have_names_of_files() -> None:
    kept, remark = take_pictures({"my plot/1": png()})
    assert (list(kept), remark) == (["my_plot_1"], {})
    with pytest.raises(DataError, match="plot must be a picture in the format PNG"):
        take_pictures({"plot": b"GIF89a"})


def test_a_few_pictures_are_kept_and_the_others_counted() -> None:
    many = {f"p{n}": png() for n in range(MOST + 2)} | {"large": bytes(MOST_BYTES + 1)}
    kept, remark = take_pictures(many)
    assert len(kept) == MOST
    assert remark == {"pictures": "3 of 23 left out: 20 are kept, of at most 4 MiB each"}
