"""What a function yields and returns: numbers are measured, arrays, texts and pictures kept, all else is refused."""

from __future__ import annotations

import io
from decimal import Decimal
from fractions import Fraction
from math import inf, isnan, nan
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nnexp.errors import DataError
from nnexp.tasks.function.left import Left
from nnexp.tasks.function.results import measured, returned
from nnexp.tasks.function.tree import put_together


def metrics(yielded: Any) -> dict[str, float]:
    return dict(measured(yielded, "train", 1, keeps_state=False).metrics)


class Tensor:
    """As those of other libraries are: `item` of one of several raises what it likes."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def item(self) -> Any:
        if isinstance(self.value, list):
            raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")
        return self.value


NUMBERS = [1, True, 0.5, np.float32(0.5), np.int64(3), np.array(2.5), np.array([2.5]), np.bool_(False), Tensor(0.25)]
NUMBERS += [Decimal("0.1"), Fraction(1, 4), inf, -inf, 1 << 80]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: repr(number).partition(" object at ")[0])
def test_a_number_of_whatever_kind_is_measured(number: Any) -> None:
    plain = number.item() if hasattr(number, "item") else number
    assert metrics({"loss": number}) == {"loss": float(plain)}
    assert metrics(number) == {"result": float(plain)}


def test_nan_is_measured() -> None:
    assert isnan(metrics({"loss": nan})["loss"])


NO_NUMBERS = [
    ("0.5", "'0.5'"), (None, "None"), ([1], "a list"), (1j, "a complex"), (np.arange(2), "a ndarray"),
    (Tensor([1, 2]), "a Tensor"), (b"1", "b'1'"), ({"a": 1}, "a dict"), ("x" * 100, f"'{'x' * 56}..."),
    (10**400, f"1{'0' * 56}..."),
]  # fmt: skip


@pytest.mark.parametrize(("value", "told"), NO_NUMBERS, ids=[told for _, told in NO_NUMBERS])
def test_what_is_no_number_is_refused_by_its_name(value: Any, told: str) -> None:
    with pytest.raises(DataError) as refused:
        metrics({"val/loss": value})
    assert str(refused.value) == f"train yielded val/loss={told}; expected a number"


NO_METRICS = [(None, "None"), ("done", "'done'"), ([1, 2], "a list"), ({}, "an empty mapping"), (object(), "a object")]


@pytest.mark.parametrize(("yielded", "told"), NO_METRICS, ids=[told for _, told in NO_METRICS])
def test_what_is_no_mapping_is_refused(yielded: Any, told: str) -> None:
    with pytest.raises(DataError) as refused:
        metrics(yielded)
    assert str(refused.value) == f"train yielded {told}; expected a mapping of names to numbers"


NAMES = ["", "a//b", "/a", "a/", "../a", "a/./b", "a\nb", "a=b", "a\0", "x" * 241, 1, None, ("a", "b")]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_name_that_no_store_keeps_is_refused(name: Any) -> None:
    with pytest.raises(DataError, match=r"^train yielded .*; expected names like val/accuracy, of letters, digits,"):
        metrics({name: 1})


def test_names_of_every_alphabet_are_kept() -> None:
    assert metrics({"val/Genauigkeit": 1, "verlust μ": 2, "top-1.5": 3}) == {
        "val/Genauigkeit": 1, "verlust μ": 2, "top-1.5": 3,
    }  # fmt: skip


def test_what_nnexp_measures_itself_cannot_be_yielded_or_returned() -> None:
    for take in (metrics, lambda value: returned(value, "train")):
        with pytest.raises(DataError, match="time/total_s, which nnexp measures itself; name it otherwise"):
            take({"time/total_s": 1})


def test_an_epoch_is_told_by_its_numbers_less_the_times() -> None:
    one, slower, other = ({"val/loss": loss, "time/fit_s": time} for loss, time in ((0.1, 1), (0.1, 2), (0.2, 1)))
    digests = [measured(epoch, "train", 1, keeps_state=False).digest for epoch in (one, slower, other)]
    assert digests[0] == digests[1] != digests[2]
    assert digests[0] == measured(dict(reversed(one.items())), "train", 2, keeps_state=False).digest


def left(state: Any) -> Left:
    found = measured(({"loss": 1}, state), "train", 3, keeps_state=True).state
    assert isinstance(found, Left)
    return found


def test_a_state_is_copied_when_it_is_asked_for() -> None:
    weights = np.zeros(2)
    arrays = left({"w": weights})()["state"]
    weights[:] = 1
    assert int(arrays["epoch"]) == 3
    assert np.array_equal(put_together(arrays)["w"], np.zeros(2))


def test_a_state_that_is_let_go_is_none() -> None:
    gone = left({"w": np.zeros(2)})
    gone.let_go()
    assert gone() == {}


def test_an_epoch_may_have_no_state() -> None:
    assert measured(({"loss": 1}, None), "train", 1, keeps_state=True).state is None
    assert measured({"loss": 1}, "train", 1, keeps_state=True).state is None


def test_a_state_of_what_takes_none_is_refused() -> None:
    with pytest.raises(DataError, match=r"^train yielded a tuple; .*, or it and a state if it takes state=None$"):
        measured(({"loss": 1}, [1]), "train", 1, keeps_state=False)


def test_a_state_that_cannot_be_kept_is_refused_with_its_place() -> None:
    with pytest.raises(DataError, match=r"^train yielded a state that cannot be kept: state\['model'\] is a object; "):
        left({"model": object()})()


def test_what_is_returned_is_told_apart_by_what_it_is() -> None:
    found = returned(
        {
            "test": {"accuracy": 0.9, "n": np.array(3)},
            "weights": np.ones(1),  # of one number, and no metric
            "layers": [np.ones((2, 3)), np.ones(3)],
            "classes": ["a", "b"],
            "note": "best so far",
            "left out": None,
            3: np.arange(3),
        },
        "train",
    )
    assert found.metrics == {"test/accuracy": 0.9, "test/n": 3.0}
    assert {name: array.tolist() for name, array in found.arrays.items()} == {
        "weights": [1.0],
        "layers/0": [[1.0] * 3] * 2,
        "layers/1": [1.0] * 3,
        "classes": ["a", "b"],
        "note": "best so far",
        "3": [0, 1, 2],
    }
    assert found.pictures == {}


def test_what_has_no_name_is_called_result() -> None:
    assert returned(0.5, "train").metrics == {"result": 0.5}
    assert returned(np.arange(2), "train").arrays["result"].tolist() == [0, 1]
    assert returned(None, "train").is_empty
    assert returned({}, "train").is_empty


class Figure:
    """As matplotlib's are."""

    def savefig(self, file: Any, *, format: str) -> None:  # noqa: A002
        Image.new("L", (3, 2)).save(file, format)


def test_pictures_are_written_as_png() -> None:
    found = returned({"digits": {"first": Image.new("RGB", (4, 5)), "curve": Figure()}}, "train")
    sizes = {name: Image.open(io.BytesIO(picture)).size for name, picture in found.pictures.items()}
    assert sizes == {"digits-first": (4, 5), "digits-curve": (3, 2)}


class Model:
    """As those of scikit-learn are."""


NOT_KEPT = [
    ({"model": Model()}, "train returned model, which is a Model; return its arrays, numbers and texts instead"),
    (Model(), "train returned result, which is a Model; return its arrays, numbers and texts instead"),
    ({"a": {"b": {1, 2}}}, "train returned a/b, which is a set; return its arrays, numbers and texts instead"),
    ({"a": [{}]}, "train returned a, which is an array of objects; expected one of numbers or text"),
    ({"a": [[1], 2]}, "train returned a, which is a list of different things; return a mapping of names to them"),
    ({"a": Image.new("F", (2, 2))}, "train returned a, which is a picture that cannot be written as PNG: "),
    ({"a//b": 1}, "train returned 'a//b'; expected names like val/accuracy"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "told"), NOT_KEPT, ids=[told for _, told in NOT_KEPT])
def test_what_cannot_be_kept_is_refused_in_one_line(value: Any, told: str) -> None:
    with pytest.raises(DataError) as refused:
        returned(value, "train")
    assert str(refused.value).startswith(told)
    assert "\n" not in str(refused.value)
