"""What a function yields and returns, as what a task brings: metrics, a state to go on from, arrays, texts, pictures.

Whatever is a number is measured. A picture is what Pillow or matplotlib made; nothing of them is imported here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.errors import DataError
from nnexp.tasks.function.tree import as_array, take_apart
from nnexp.tasks.task import Measured, Result

RESULT = "result"  # the name of a number that has none, and of the file of what is returned
STATE, EPOCH = "state", "epoch"  # the file of what it goes on from, and the array in it that says from where
NAME = re.compile(r"\w[\w.\-/ ]{0,199}")
WANTED = "a mapping of names to numbers"


def measured(yielded: Any, function: str, epoch: int, *, keeps_state: bool) -> Measured:
    """Read what was yielded after an epoch: metrics, or metrics and a state.

    Raises
    ------
    DataError
        For anything else.
    """
    metrics, state = yielded if isinstance(yielded, tuple) and len(yielded) == 2 else (yielded, None)
    if state is None or not keeps_state:
        return Measured(_metrics(metrics, f"{function} yielded"))
    arrays = take_apart(state) | {EPOCH: np.array(epoch)}  # now: it may be changed in place when the function goes on
    return Measured(_metrics(metrics, f"{function} yielded"), state=partial(dict, {STATE: arrays}))


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


def as_number(value: Any) -> float | None:
    """Give a number as a float: one of Python's or NumPy's, or the one in an array; None for what is none."""
    if isinstance(value, str | bytes | list | tuple | Mapping):
        return None
    try:
        item = value.item() if hasattr(value, "item") else value
    except (TypeError, ValueError, RuntimeError):  # of several
        return None
    return float(item) if isinstance(item, bool | int | float) else None


def _metrics(found: Any, said: str) -> dict[str, float]:
    number = as_number(found)
    if number is not None:
        return {RESULT: number}
    if not isinstance(found, Mapping):
        raise DataError(f"{said} {_told(found)}; expected {WANTED}")
    metrics: dict[str, float] = {}
    for name, value in found.items():
        number = as_number(value)
        if number is None:
            raise DataError(f"{said} {name}={_told(value)}; expected a number")
        metrics[_name(name, said)] = number
    return metrics


def _sort(value: Mapping[Any, Any], found: Returned, said: str, within: str = "") -> None:
    for key, item in value.items():
        name = _name(f"{within}{key}", said)
        if isinstance(item, Mapping):
            _sort(item, found, said, f"{name}/")
        elif (number := as_number(item)) is not None:
            found.metrics[name] = number
        elif (picture := _picture(item)) is not None:
            found.pictures[name.replace("/", "-")] = picture
        elif item is not None:
            found.arrays[name] = _kept(item, f"{said} {name}, which")


def _kept(item: Any, where: str) -> NDArray[Any]:
    if isinstance(item, str):
        return np.array(item)
    return as_array(np.asarray(item) if isinstance(item, list | tuple) else item, where)


def _picture(value: Any) -> bytes | None:
    """Write a picture as PNG; None for what is none."""
    write = getattr(value, "savefig", None) or (getattr(value, "save", None) if hasattr(value, "getbands") else None)
    if not callable(write):
        return None
    buffer = io.BytesIO()
    write(buffer, format="png")
    return buffer.getvalue()


def _name(name: Any, said: str) -> str:
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise DataError(f"{said} {name!r}; expected names of letters, digits, _ . - / and spaces")
    return name


def _told(value: Any) -> str:
    text = repr(value) if isinstance(value, str | bytes | int | float | None) else f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
