"""The checks that settings are made of: each takes a setting's name and a value, and gives the value as it is used.

Raises ConfigError for a value that cannot be used, naming the setting, what is wanted, and what came.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any

from nnexp.errors import ConfigError

Check = Callable[[str, Any], Any]

NO_TEXT = re.compile(r"[\0\ud800-\udfff]")  # a NUL, and what Python makes of bytes that are no UTF-8


def refuse(name: str, wanted: str, value: Any) -> ConfigError:
    """Say that a setting must be something else."""
    return ConfigError(f"{name} must be {wanted}, but got {value!r}")


def whole(at_least: int) -> Check:
    """Take whole numbers from a least one on."""

    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            raise refuse(name, f"a whole number of at least {at_least}", value)
        return value

    return check


def integer(name: str, value: Any) -> int:
    """Take any whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse(name, "a whole number", value)
    return value


def number(*, above: float | None = None, at_least: float | None = None, below: float | None = None) -> Check:
    """Take finite numbers within bounds, as floats."""
    bounds = ((above, "above"), (at_least, "of at least"), (below, "below"))
    wanted = " and ".join(f"{word} {bound:g}" for bound, word in bounds if bound is not None)

    def check(name: str, value: Any) -> float:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
        if (
            not fits
            or (above is not None and value <= above)
            or (at_least is not None and value < at_least)
            or (below is not None and value >= below)
        ):
            raise refuse(name, f"a finite number {wanted}".strip(), value)
        return float(value)

    return check


def one_of(choices: Iterable[Any]) -> Check:
    """Take one of some words, or other values."""
    known = tuple(choices)

    def check(name: str, value: Any) -> Any:
        if value not in known:
            raise none_of(known, name, value)
        return value

    return check


def none_of(known: Iterable[Any], name: str, value: Any) -> ConfigError:
    """Say that a setting must be one of some words, and which may have been meant."""
    words = {str(one).casefold(): str(one) for one in known}
    near = get_close_matches(str(value).casefold(), words, n=1)
    hint = f"; did you mean {words[near[0]]}?" if near else ""
    return ConfigError(f"{name} must be one of {', '.join(words.values())}, but got {value!r}{hint}")


def optional(check: Check) -> Check:
    """Take null too."""
    return lambda name, value: None if value is None else check(name, value)


def text(name: str, value: Any) -> str:
    """Take any text but an empty one, and one that no store can keep: a NUL, or bytes that were no text."""
    if not isinstance(value, str) or not value:
        raise refuse(name, "a text", value)
    if NO_TEXT.search(value):
        raise refuse(name, "a text in UTF-8, without NUL", value)
    return value


def inside(name: str, value: Any) -> str:
    """Take a name that does not lead out of the folder that it is looked for in."""
    named = PurePath(text(name, value))
    if named.is_absolute() or ".." in named.parts:
        raise refuse(name, "a name that does not lead out of its folder", value)
    return str(value)


def absolute(name: str, value: Any) -> str:
    """Take the path of a file as it is from anywhere."""
    path = PurePath(text(name, value))
    if not path.is_absolute() or ".." in path.parts:
        raise refuse(name, "an absolute path, without ..", value)
    return str(value)


def flag(name: str, value: Any) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise refuse(name, "true or false", value)
    return value
