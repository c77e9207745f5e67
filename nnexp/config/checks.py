"""The checks that settings are made of: each takes a setting's name and a value, and gives the value as it is used.

Raises ConfigError for a value that cannot be used, naming the setting, what is wanted, and what came.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any, Generic, TypeVar

from nnexp.errors import ConfigError

T = TypeVar("T")
Check = Callable[[str, Any], Any]

NO_TEXT = re.compile(r"[\0\ud800-\udfff]")  # a NUL, and what Python makes of bytes that are no UTF-8
NULL = "null"


@dataclass(frozen=True)
class Taking(Generic[T]):
    """A check that says what it takes, and which words, where it is some of them alone."""

    check: Callable[[str, Any], T]
    wanted: str
    words: tuple[str, ...] = ()

    def __call__(self, name: str, value: Any) -> T:
        """Check a value."""
        return self.check(name, value)


def taking(wanted: str, words: Iterable[str] = ()) -> Callable[[Callable[[str, Any], T]], Taking[T]]:
    """Have a check say what it takes."""
    return lambda check: Taking(check, wanted, tuple(words))


def refuse(name: str, wanted: str, value: Any) -> ConfigError:
    """Say that a setting must be something else."""
    return ConfigError(f"{name} must be {wanted}, but got {value!r}")


def whole(at_least: int) -> Taking[int]:
    """Take whole numbers from a least one on."""
    wanted = f"a whole number of at least {at_least}"

    @taking(wanted)
    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            raise refuse(name, wanted, value)
        return value

    return check


@taking("a whole number")
def integer(name: str, value: Any) -> int:
    """Take any whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse(name, "a whole number", value)
    return value


def number(*, above: float | None = None, at_least: float | None = None, below: float | None = None) -> Taking[float]:
    """Take finite numbers within bounds, as floats."""
    bounds = ((above, "above"), (at_least, "of at least"), (below, "below"))
    within = " and ".join(f"{word} {bound:g}" for bound, word in bounds if bound is not None)
    wanted = f"a finite number {within}".strip()

    @taking(wanted)
    def check(name: str, value: Any) -> float:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
        if (
            not fits
            or (above is not None and value <= above)
            or (at_least is not None and value < at_least)
            or (below is not None and value >= below)
        ):
            raise refuse(name, wanted, value)
        return float(value)

    return check


def one_of(choices: Iterable[Any]) -> Taking[Any]:
    """Take one of some words, or other values."""
    known = tuple(choices)
    words = [*map(str, known)]

    @taking(f"one of {', '.join(words)}", words)
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


def optional(check: Check) -> Taking[Any]:
    """Take null too."""
    wanted, words = getattr(check, "wanted", ""), getattr(check, "words", ())
    return Taking(
        lambda name, value: None if value is None else check(name, value),
        f"{wanted}, or {NULL}" if wanted else "",
        (*words, NULL) if words else (),
    )


@taking("a text")
def text(name: str, value: Any) -> str:
    """Take any text but an empty one, and one that no store can keep: a NUL, or bytes that were no text."""
    if not isinstance(value, str) or not value:
        raise refuse(name, "a text", value)
    if NO_TEXT.search(value):
        raise refuse(name, "a text in UTF-8, without NUL", value)
    return value


@taking("a name that does not lead out of its folder")
def inside(name: str, value: Any) -> str:
    """Take a name that does not lead out of the folder that it is looked for in."""
    named = PurePath(text(name, value))
    if named.is_absolute() or ".." in named.parts:
        raise refuse(name, "a name that does not lead out of its folder", value)
    return str(value)


@taking("an absolute path, without ..")
def absolute(name: str, value: Any) -> str:
    """Take the path of a file as it is from anywhere."""
    path = PurePath(text(name, value))
    if not path.is_absolute() or ".." in path.parts:
        raise refuse(name, "an absolute path, without ..", value)
    return str(value)


@taking("true or false", ("true", "false"))
def flag(name: str, value: Any) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise refuse(name, "true or false", value)
    return value
