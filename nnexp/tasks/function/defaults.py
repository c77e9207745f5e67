"""The default of a parameter: what stands for it among settings, and what the function is handed where it stands.

That is the default itself, whatever it is. A copy of one that can be changed in place: what a function leaves in it
would otherwise reach the next run of the same worker.
"""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from nnexp.tasks.function.kinds import Kind, fits


def with_default(kind: Kind, name: str, default: Any) -> Kind:
    """Take what stands for a default too: `width: int = None` is often written."""
    told = plain(default)
    settled = kind.check(name, told) if fits(kind, told) else told

    def check(name: str, value: Any) -> Any:
        return value if _is(value, settled) else kind.check(name, value)

    def build(value: Any) -> Any:
        return unshared(default) if _is(value, settled) else kind.build(value)

    return replace(kind, check=check, build=build)


def plain(default: Any) -> Any:
    """Give a default as a setting's value is given; None stands for one that no setting can be."""
    match default:
        case None | bool():
            return default
        case Enum():
            return default.name
        case int() | float() | str():  # NumPy's, say
            return next(kind(default) for kind in (int, float, str) if isinstance(default, kind))
        case Path():
            return str(default)
        case list() | tuple():
            return tuple(map(plain, default))
    return None


def unshared(default: Any) -> Any:
    """Copy a default that can be changed in place, if it can be copied."""
    try:
        hash(default)
    except TypeError:
        with suppress(Exception):  # whatever it holds
            return deepcopy(default)
    return default


def _is(value: Any, other: Any) -> bool:
    """Tell whether two values are the same to a function: 1 and 1.0 are not, nan and nan are."""
    return repr(value) == repr(other)
