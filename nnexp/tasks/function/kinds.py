"""What a parameter takes, by its type or by its default: how values are checked, and what the function is handed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from inspect import Parameter
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from nnexp.config.checks import Check, flag, integer, none_of, number, optional, refuse
from nnexp.errors import ConfigError

Build = Callable[[Any], Any]  # from a setting's value to the argument


def as_it_is(value: Any) -> Any:
    """Hand the function the setting's value."""
    return value


@dataclass(frozen=True)
class Kind:
    """How the values of a parameter are checked, and what the function is handed for them."""

    check: Check
    build: Build = as_it_is


def of_default(default: Any) -> Kind | None:
    """Tell what a parameter without a type takes: more of what its default is."""
    match default:
        case bool():
            return Kind(flag)
        case int() | float() if not isinstance(default, Enum):
            return Kind(_number)
        case str() if not isinstance(default, Enum):
            return Kind(_text)
        case None:
            return Kind(_anything)
        case Enum():
            return of_hint(type(default))
        case list() | tuple():
            return Kind(_listed(_anything), type(default))
        case Path():
            return Kind(_text, Path)
    return Kind(_anything) if default is Parameter.empty else None


def of_hint(hint: Any) -> Kind | None:
    """Tell what a parameter of a type takes; None if no setting is of that type."""
    simple = {bool: Kind(flag), int: Kind(integer), float: Kind(number()), str: Kind(_text), Path: Kind(_text, Path)}
    if isinstance(hint, type) and hint in simple:
        return simple[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Kind(partial(_member, hint), hint.__getitem__)
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return Kind(partial(_choice, inside))
    if origin in (Union, UnionType):
        return _of_union(inside)
    if origin in (list, tuple, Sequence) or hint in (list, tuple):
        item = of_hint(inside[0]) if inside else Kind(_anything)
        make = tuple if tuple in (origin, hint) else list
        return item and Kind(_listed(item.check), lambda value: make(map(item.build, value)))
    return None


def _of_union(hints: Sequence[Any]) -> Kind | None:
    kinds = [of_hint(hint) for hint in hints if hint is not NoneType]
    known = [kind for kind in kinds if kind]
    if len(known) < len(kinds) or (len(known) > 1 and any(kind.build is not as_it_is for kind in known)):
        return None
    check, build = _first_that_fits([kind.check for kind in known]), known[0].build
    if NoneType in hints:
        return Kind(optional(check), lambda value: None if value is None else build(value))
    return Kind(check, build)


def _first_that_fits(checks: Sequence[Check]) -> Check:
    def check(name: str, value: Any) -> Any:
        for one in checks[:-1]:
            try:
                return one(name, value)
            except ConfigError:
                continue
        return checks[-1](name, value)

    return check


def plain(default: Any) -> Any:
    """Give a default as a setting's value is given."""
    if isinstance(default, Enum):
        return default.name
    if isinstance(default, list | tuple):
        return tuple(map(plain, default))
    return str(default) if isinstance(default, Path) else default


def _member(kind: type[Enum], name: str, value: Any) -> str:
    """Take the name of a member, or its value."""
    for member in kind:
        if value in (member.name, member.value):
            return member.name
    raise none_of([member.name for member in kind], name, value)


def _choice(choices: Sequence[Any], name: str, value: Any) -> Any:
    for choice in choices:
        if value == choice and isinstance(value, bool) == isinstance(choice, bool):
            return choice
    raise none_of(choices, name, value)


def _number(name: str, value: Any) -> int | float:
    number()(name, value)
    return value  # type: ignore[no-any-return]  # a whole number stays one


def _text(name: str, value: Any) -> str:
    """Take any text; a number that was typed for one is none, as its type says."""
    if not isinstance(value, str):
        raise refuse(name, "a text", value)
    return value


def _anything(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_anything(name, item) for item in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise refuse(name, "a number, a text, true, false, null or a list of them", value)


def _listed(check: Check) -> Check:
    def checked(name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise refuse(name, "a list like [1, 2]", value)
        return tuple(check(name, item) for item in value)

    return checked
