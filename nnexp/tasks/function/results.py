"""What a function yields and returns, as what a task brings: metrics, a state to go on from, arrays, texts, pictures.

Whatever is a number is measured. A picture is what Pillow or matplotlib made; nothing of them is imported here.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.errors import DataError
from nnexp.measure import TOTAL
from nnexp.names import is_metric
from nnexp.tasks.function.left import Left
from nnexp.tasks.function.tree import as_array
from nnexp.tasks.task import Measured, Result
from nnexp.undeclared import is_timed

RESULT = "result"  # the name of a number that has none, and of the file of what is returned
WANTED = "a mapping of names to numbers"


def measured(yielded: Any, function: str, epoch: int, *, keeps_state: bool) -> Measured:
    """Read what was yielded after an epoch: metrics, or metrics and a state.

    Raises
    ------
    DataError
        For anything else.
    """
    metrics, state = yielded if type(yielded) is tuple and len(yielded) == 2 else (yielded, None)
    if state is not None and not keeps_state:
        raise DataError(f"{function} yielded a tuple; expected {WANTED}, or it and a state if it takes state=None")
    found = as_metrics(metrics, f"{function} yielded")
    if state is None:
        return Measured(found, digest_of(found))
    return Measured(found, digest_of(found), Left(state, epoch, f"{function} yielded"))


@dataclass
class Returned:
    """What a function returned, by what it is."""

    metrics: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing."""
        return not (self.metrics or self.arrays or self.pictures)

    def result(self, remarks: Mapping[str, str]) -> Result:
        """Give it as the result of a run."""
        arrays = {RESULT: self.arrays} if self.arrays else {}
        return Result(arrays, remarks, self.metrics, self.pictures)


def returned(value: Any, function: str) -> Returned:
    """Read what was returned: nothing, one of them, or a mapping of names to them.

    Raises
    ------
    DataError
        For what can be neither measured nor kept.
    """
    found = Returned()
    if value is not None:
        _sort(value if isinstance(value, Mapping) else {RESULT: value}, found, f"{function} returned")
    return found


def digest_of(metrics: Mapping[str, float], arrays: Mapping[str, NDArray[Any]] | None = None) -> str:
    """Compute the SHA-256 (hex) of metrics, less those that are times, and of arrays."""
    exact = {name: value.hex() for name, value in metrics.items() if not is_timed(name)}
    sha256 = hashlib.sha256(json.dumps(exact, sort_keys=True).encode())
    for name, array in sorted((arrays or {}).items()):
        sha256.update(f"{name} {array.dtype.str} {array.shape}\n".encode() + array.tobytes())
    return sha256.hexdigest()


def as_number(value: Any) -> float | None:
    """Give a number as a float: one of Python's or NumPy's, or the one in an array; None for what is none."""
    if isinstance(value, str | bytes | bytearray | Mapping):
        return None
    try:
        item = value.item() if hasattr(value, "item") else value
        return float(item) if hasattr(item, "__float__") or hasattr(item, "__index__") else None
    except (TypeError, ValueError, RuntimeError, OverflowError):  # of several, or larger than any float
        return None


def as_metrics(found: Any, said: str) -> dict[str, float]:
    """Give what was `said` as metrics: a mapping of names to numbers, or a number that has none.

    Raises
    ------
    DataError
        For anything else.
    """
    number = as_number(found)
    if number is not None:
        return {RESULT: number}
    if not isinstance(found, Mapping) or not found:
        raise DataError(f"{said} {_told(found)}; expected {WANTED}")
    metrics: dict[str, float] = {}
    for name, value in found.items():
        number = as_number(value)
        if number is None:
            raise DataError(f"{said} {name}={_told(value)}; expected a number")
        metrics[_metric(name, said)] = number
    return metrics


def _sort(value: Mapping[Any, Any], found: Returned, said: str, within: str = "") -> None:
    for key, item in value.items():
        name = _name(f"{within}{key}", said)
        if isinstance(item, Mapping):
            _sort(item, found, said, f"{name}/")
        elif not getattr(item, "ndim", 0) and (number := as_number(item)) is not None:  # an array of one stays one
            found.metrics[_metric(name, said)] = number
        elif (picture := _picture(item, f"{said} {name}, which")) is not None:
            found.pictures[name.replace("/", "-")] = picture
        elif isinstance(item, list | tuple) and _is_uneven(item):  # the weights of layers, say
            _sort(dict(enumerate(item)), found, said, f"{name}/")
        elif item is not None:
            found.arrays[name] = _kept(item, f"{said} {name}, which")


def _is_uneven(items: Sequence[Any]) -> bool:
    """Tell whether some arrays are no larger one together."""
    if not all(isinstance(item, list | tuple) or hasattr(item, "__array__") for item in items):
        return False
    try:
        return np.asarray(items).dtype.hasobject
    except ValueError:
        return True


def _kept(item: Any, where: str) -> NDArray[Any]:
    if isinstance(item, str):
        return np.array(item)
    if hasattr(item, "__array__"):
        return as_array(item, where)
    if not isinstance(item, list | tuple):
        raise DataError(f"{where} is a {type(item).__name__}; return its arrays, numbers and texts instead")
    try:
        array = np.asarray(item)
    except ValueError as error:
        raise DataError(f"{where} is a list of different things; return a mapping of names to them") from error
    return as_array(array, where)


def _picture(value: Any, where: str) -> bytes | None:
    """Write a picture as PNG; None for what is none."""
    write = getattr(value, "savefig", None) or (getattr(value, "save", None) if hasattr(value, "getbands") else None)
    if not callable(write) or isinstance(value, type):
        return None
    buffer = io.BytesIO()
    try:
        write(buffer, format="png")
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{where} is a picture that cannot be written as PNG: {error}") from error
    return buffer.getvalue()


def _metric(name: Any, said: str) -> str:
    if name == TOTAL.name:
        raise DataError(f"{said} {name}, which nnexp measures itself; name it otherwise")
    return _name(name, said)


def _name(name: Any, said: str) -> str:
    if not (isinstance(name, str) and is_metric(name)):
        raise DataError(f"{said} {name!r}; expected names like val/accuracy, of letters, digits, _ . - / and spaces")
    return name


def _told(value: Any) -> str:
    text = repr(value) if isinstance(value, str | bytes | int | float | None) else f"a {type(value).__name__}"
    text = "an empty mapping" if isinstance(value, Mapping) and not value else text
    return text if len(text) <= 60 else f"{text[:57]}..."
