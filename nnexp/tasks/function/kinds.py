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

from nnexp.config.checks import NO_TEXT, Check, Taking, flag, integer, none_of, number, optional, refuse
from nnexp.errors import ConfigError

Build = Callable[[Any], Any]  # from a setting's value to the argument

LIST = "a list like [1, 2]"


def as_it_is(value: Any) -> Any:
    """Hand the function the setting's value; lists as lists, though a setting keeps them as tuples."""
    return list(map(as_it_is, value)) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Kind:
    """How the values of a parameter are checked, in words what it takes, and what the function is handed for them."""

    check: Check
    wanted: str
    build: Build = as_it_is
    words: tuple[str, ...] = ()  # which alone it takes


def of_default(default: Any) -> Kind | None:
    """Tell what a parameter without a type takes: more of what its default is."""
    if default is None or default is Parameter.empty:
        return ANYTHING
    match default:
        case bool():
            return FLAG
        case Enum():
            return of_hint(type(default))
        case int() | float():
            return Kind(_number, "a finite number")
        case str():
            return TEXT
        case list() | tuple():
            return _listed(ANYTHING, tuple if isinstance(default, tuple) else list)
        case Path():
            return PATH
    return None


def of_hint(hint: Any) -> Kind | None:
    """Tell what a parameter of a type takes; None if no setting is of that type."""
    hint = getattr(hint, "__supertype__", getattr(hint, "__value__", hint))  # of a NewType, of an alias
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        words = tuple(map(str, inside))
        return Kind(partial(_choice, inside), f"one of {', '.join(words)}", words=words)
    if origin in (Union, UnionType):
        return _of_union(inside)
    if origin is tuple and Ellipsis not in inside:
        return _placed([of_hint(each) for each in inside])
    if origin in (list, tuple, Sequence) or hint in (list, tuple):
        item = of_hint(inside[0]) if inside else ANYTHING
        return item and _listed(item, tuple if tuple in (origin, hint) else list)
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = tuple(hint.__members__)
        return Kind(partial(_member, hint), f"one of {', '.join(members)}", hint.__getitem__, members)
    return next((kind for simple, kind in SIMPLE if hint is simple), None)


def fits(kind: Kind, value: Any) -> bool:
    """Tell whether a kind takes a value."""
    try:
        kind.check("", value)
    except ConfigError:
        return False
    return True


def _of_union(hints: Sequence[Any]) -> Kind | None:
    """Take what any of some types takes: a whole number for no other; what no setting can be, is left to defaults."""
    found = [kind for hint in hints if hint is not NoneType and (kind := of_hint(hint))]
    if not found:
        return None
    kinds = sorted(found, key=lambda kind: kind is FLOAT)
    union = found[0] if len(found) == 1 else Kind(partial(_any_of, kinds), "", partial(_built, kinds))
    wanted = " or ".join(kind.wanted for kind in kinds)
    words = tuple(word for kind in kinds for word in kind.words) if all(kind.words for kind in kinds) else ()
    if NoneType in hints:
        either = optional(Taking(union.check, wanted, words))
        return Kind(either, wanted, lambda value: None if value is None else union.build(value), either.words)
    return Kind(union.check, wanted, union.build, words)


def _any_of(kinds: Sequence[Kind], name: str, value: Any) -> Any:
    for kind in kinds:
        if fits(kind, value):
            return kind.check(name, value)
    raise refuse(name, " or ".join(kind.wanted for kind in kinds), value)


def _built(kinds: Sequence[Kind], value: Any) -> Any:
    return next(kind for kind in kinds if fits(kind, value)).build(value)


def _listed(item: Kind, make: Callable[[Any], Any]) -> Kind:
    def check(name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise refuse(name, LIST, value)
        return tuple(item.check(name, each) for each in value)

    return Kind(check, LIST, lambda value: make(map(item.build, value)))


def _placed(items: Sequence[Kind | None]) -> Kind | None:
    """Take a list with a kind for each place in it, as tuple[int, float] says."""
    kinds = [item for item in items if item]
    if len(kinds) < len(items):
        return None
    wanted = f"a list of {len(kinds)}: {', '.join(kind.wanted for kind in kinds)}"

    def check(name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) != len(kinds):
            raise refuse(name, wanted, value)
        return tuple(kind.check(name, each) for kind, each in zip(kinds, value, strict=True))

    def build(value: Any) -> tuple[Any, ...]:
        return tuple(kind.build(each) for kind, each in zip(kinds, value, strict=True))

    return Kind(check, wanted, build)


def _member(kind: type[Enum], name: str, value: Any) -> str:
    """Take the name of a member, or its value."""
    if isinstance(value, str) and value in kind.__members__:
        return kind[value].name
    for member in kind:
        if value == member.value and isinstance(value, bool) == isinstance(member.value, bool):
            return member.name
    raise none_of(kind.__members__, name, value)


def _choice(choices: Sequence[Any], name: str, value: Any) -> Any:
    for choice in choices:
        if value == choice and isinstance(value, bool) == isinstance(choice, bool):
            return choice
    raise none_of(choices, name, value)


def _number(name: str, value: Any) -> int | float:
    number()(name, value)
    return value  # type: ignore[no-any-return]  # a whole number stays one


def _text(name: str, value: Any) -> str:
    """Take any text that a store keeps; a number that was typed for one is none, as its type says."""
    if isinstance(value, bool | int | float):
        raise refuse(name, f"a text, which a number is in quotes ({name}='\"{value}\"')", value)
    if not isinstance(value, str):
        raise refuse(name, "a text", value)
    if NO_TEXT.search(value):
        raise refuse(name, "a text in UTF-8, without NUL", value)
    return value


def _anything(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_anything(name, item) for item in value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _text(name, value)
    raise refuse(name, ANYTHING.wanted, value)


ANYTHING = Kind(_anything, "a number, a text, true, false, null or a list of them")
FLAG = Kind(flag, flag.wanted, words=flag.words)
FLOAT = Kind(number(), "a finite number")
TEXT = Kind(_text, "a text")
PATH = Kind(_text, "a path", Path)
SIMPLE = (
    (bool, FLAG),
    (int, Kind(integer, "a whole number")),
    (float, FLOAT),
    (str, TEXT),
    (Path, PATH),
    (Any, ANYTHING),
)
