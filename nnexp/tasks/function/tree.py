"""State as somebody else's code keeps it, and as arrays in a file: nothing is lost on the way, and nothing is pickled.

A state is made of mappings, lists and tuples, of arrays, numbers of any size, texts, bytes, true, false and None. Its
shape is one JSON text; its arrays stand beside it by number. What gives an array of itself (a tensor, say) is kept as
that array, and comes back as NumPy's; a mapping of whatever kind comes back as a dict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.errors import DataError

Arrays = Mapping[str, NDArray[Any]]

SHAPE = "shape"
FOREIGN = 2  # of a dtype that a package added to NumPy: its files would not tell which
MAPPING, TUPLE, ARRAY, SCALAR, BYTES = "mapping", "tuple", "array", "scalar", "bytes"
WANTED = "arrays, numbers, texts, lists or mappings"


def take_apart(state: Any) -> dict[str, NDArray[Any]]:
    """Give a state as arrays, copied as they are now.

    Raises
    ------
    DataError
        For what cannot be kept.
    """
    arrays: dict[str, NDArray[Any]] = {}
    try:
        shape = _shape(state, arrays, "state")
    except RecursionError as error:
        raise DataError("state is nested too deep, or within itself") from error
    try:
        told = json.dumps(shape)
    except ValueError as error:
        raise DataError(f"state holds a number that is too long to be written ({error})") from error
    return {SHAPE: np.array(told), **arrays}


def put_together(arrays: Arrays) -> Any:
    """Give the state that was taken apart.

    Raises
    ------
    DataError
        For arrays that are none.
    """
    try:
        return _state(json.loads(str(arrays[SHAPE])), arrays)
    except (LookupError, ValueError, TypeError, RecursionError) as error:
        raise DataError("its state is not what nnexp writes") from error


def _shape(state: Any, arrays: dict[str, NDArray[Any]], where: str) -> Any:
    """Give the JSON of a part: of a list a list, of all else that JSON does not know a mapping of one name."""
    match state:
        case None | bool() | int() | float() | str() if type(state) in (type(None), bool, int, float, str):
            return state
        case list() if type(state) is list:
            return [_shape(item, arrays, f"{where}[{place}]") for place, item in enumerate(state)]
        case tuple() if type(state) is tuple:
            return {TUPLE: [_shape(item, arrays, f"{where}[{place}]") for place, item in enumerate(state)]}
        case bytes():
            return {BYTES: state.hex()}
        case Mapping():
            items = [[_key(key, where), _shape(item, arrays, f"{where}[{key!r}]")] for key, item in state.items()]
            return {MAPPING: items}
    number = str(len(arrays))
    arrays[number] = as_array(state, where)
    return {SCALAR if isinstance(state, np.generic) else ARRAY: number}


def _key(key: Any, where: str) -> Any:
    if key is None or type(key) in (bool, int, float, str):
        return key
    raise DataError(f"{where} has the key {key!r}; expected a text or a number")


def as_array(value: Any, where: str) -> NDArray[Any]:
    """Copy what is an array or gives one.

    Raises
    ------
    DataError
        For what gives none of numbers or text.
    """
    for step in ("detach", "cpu"):  # as tensors need it
        value = getattr(value, step)() if callable(getattr(value, step, None)) else value
    if not hasattr(value, "__array__") or isinstance(value, np.ma.MaskedArray):
        hint = ", as its bit_generator.state is" if isinstance(value, np.random.Generator) else ""
        raise DataError(f"{where} is a {type(value).__name__}; expected {WANTED}{hint}")
    try:
        array = np.array(value)
    except Exception as error:  # whatever theirs raises: of a type of numbers that NumPy does not have, say
        raise DataError(f"{where} cannot be made an array: {' '.join(str(error).split())}") from error
    if array.dtype.hasobject or array.dtype.isbuiltin == FOREIGN:
        kind = "objects" if array.dtype.hasobject else array.dtype.name
        raise DataError(f"{where} is an array of {kind}; expected one of numbers or text")
    return array


def _state(shape: Any, arrays: Arrays) -> Any:
    if isinstance(shape, list):
        return [_state(item, arrays) for item in shape]
    if not isinstance(shape, dict):
        return shape
    [(kind, inside)] = shape.items()
    match kind:
        case "mapping":
            return {key: _state(item, arrays) for key, item in inside}
        case "tuple":
            return tuple(_state(item, arrays) for item in inside)
        case "bytes":
            return bytes.fromhex(inside)
        case "array":
            return np.array(arrays[inside])
        case "scalar":
            return np.array(arrays[inside])[()]
    raise DataError(f"a state holds no {kind}")
