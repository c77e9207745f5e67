"""A state comes back as it was: values, types and bits; what cannot, is refused with its place."""

from __future__ import annotations

import io
from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from nnexp.errors import DataError
from nnexp.tasks.function.tree import put_together, take_apart

DTYPES = st.one_of(
    arrays_of.boolean_dtypes(),
    arrays_of.integer_dtypes(),
    arrays_of.floating_dtypes(),
    arrays_of.complex_number_dtypes(),
)
SHAPES = arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 200), 1 << 200),
    st.floats(),
    st.text(st.characters(codec="utf-8")),
    st.binary(),
    arrays_of.arrays(DTYPES, SHAPES),
    arrays_of.arrays(DTYPES, ()).map(lambda array: array[()]),
)
KEYS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.floats(allow_nan=False))
STATES = st.recursive(
    LEAVES,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.lists(inside, max_size=3).map(tuple),
        st.dictionaries(KEYS, inside, max_size=3),
    ),
    max_leaves=12,
)


def kept(state: Any) -> Any:
    """Take a state apart, write it as a run's folder has it, read it, and put it together."""
    buffer = io.BytesIO()
    np.savez(buffer, **take_apart(state))  # type: ignore[arg-type]
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False) as file:
        return put_together(dict(file))


def are_alike(one: Any, other: Any) -> bool:
    """Tell whether two states are the same to the last bit."""
    if type(one) is not type(other):
        return False
    match one:
        case np.ndarray() | np.generic():
            same = (one.dtype, one.shape) == (other.dtype, other.shape)
            return same and np.asarray(one).tobytes() == np.asarray(other).tobytes()
        case dict():
            pairs = zip(one.items(), other.items(), strict=True)
            return len(one) == len(other) and all(are_alike([*a], [*b]) for a, b in pairs)
        case list() | tuple():
            return len(one) == len(other) and all(map(are_alike, one, other))
        case float():
            return one.hex() == other.hex()
    return bool(one == other)


@given(STATES)
def test_a_state_comes_back_as_it_was(state: Any) -> None:
    assert are_alike(kept(state), state)


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_a_generator_draws_on_where_it_stood(kind: Any) -> None:
    rng, other = np.random.Generator(kind(1)), np.random.Generator(kind(2))
    rng.standard_normal(7)
    other.bit_generator.state = kept(rng.bit_generator.state)
    assert np.array_equal(other.standard_normal(100), rng.standard_normal(100))


def test_an_optimisers_state_comes_back() -> None:
    state = {
        "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999), "params": [0, 1]}],
        "state": {0: {"step": np.array(3.0), "m": np.ones((2, 3), np.float32, order="F")}, 1: {}},
    }
    found = kept(state)
    assert are_alike(found, state)
    assert found["state"][0]["m"].flags.f_contiguous


def test_what_gives_an_array_is_kept_as_one() -> None:
    class Tensor:
        def detach(self) -> Tensor:
            return self

        def cpu(self) -> Tensor:
            return self

        def __array__(self, *_: Any, **__: Any) -> Any:
            return np.arange(3)

    assert are_alike(kept({"w": Tensor()}), {"w": np.arange(3)})


def test_a_mapping_of_another_kind_comes_back_as_a_dict() -> None:
    assert are_alike(kept(OrderedDict(b=1, a=2)), {"b": 1, "a": 2})


def test_what_is_changed_later_is_not_what_was_kept() -> None:
    weights = np.zeros(2)
    parts = take_apart([weights])
    weights[:] = 1
    assert np.array_equal(put_together(parts)[0], np.zeros(2))


class Half:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("Got unsupported ScalarType BFloat16")


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)
Point = namedtuple("Point", "x y")

REFUSED = [
    (
        {"model": [1, object()]},
        r"state\['model'\]\[1\] is a object; expected arrays, numbers, texts, lists or mappings",
    ),
    (
        {"rng": np.random.default_rng(0)},
        r"state\['rng'\] is a Generator; expected .* or mappings, as its bit_generator\.state is$",
    ),
    ({"seen": {1, 2}}, r"state\['seen'\] is a set; expected"),
    ([Point(1, 2)], r"state\[0\] is a Point; expected"),
    ([np.ma.masked_array([1, 2], [True, False])], r"state\[0\] is a MaskedArray; expected"),
    ({"a": np.array([object()])}, r"state\['a'\] is an array of objects; expected one of numbers or text"),
    ({(1, 2): 3}, r"state has the key \(1, 2\); expected a text or a number"),
    ({"w": Half()}, r"state\['w'\] cannot be made an array: Got unsupported ScalarType BFloat16"),
    (ENDLESS, "state is nested too deep, or within itself"),
    ([10**5000], "state holds a number that is too long to be written"),
]


@pytest.mark.parametrize(("state", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_cannot_be_kept_is_refused_with_its_place(state: Any, told: str) -> None:
    with pytest.raises(DataError, match=f"^{told}") as refused:
        take_apart(state)
    assert "\n" not in str(refused.value)


DAMAGED = ["", "{", "[1", '{"a": 1, "b": 2}', '{"pickle": 1}', '{"array": "7"}', '{"array": []}', '{"bytes": 1}']
DAMAGED += ['{"mapping": 1}', '{"mapping": [[[], 1]]}', "[" * 100_000]


@pytest.mark.parametrize("shape", DAMAGED, ids=range(len(DAMAGED)))
def test_what_was_altered_is_refused(shape: str) -> None:
    with pytest.raises(DataError, match=r"its state is not what nnexp writes|a state holds no pickle"):
        put_together({"shape": np.array(shape)})
