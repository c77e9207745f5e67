"""What can be set of a command: what its arguments name, a seed, threads, and what is only told to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, field, make_dataclass
from keyword import iskeyword
from math import isfinite
from typing import Any

from nnexp.config.checks import integer, refuse, text, whole
from nnexp.config.schema import SEED, THREADS, Schema, flatten
from nnexp.config.setting import setting
from nnexp.config.value import format_value
from nnexp.errors import ConfigError
from nnexp.tasks.command.template import NAME

THREADED = ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR", "NUMEXPR_MAX", "RAYON", "JULIA")


def plain(name: str, value: Any) -> Any:
    """Take what can be typed: a number, a text, true, false, null, or a list of them."""
    match value:
        case None | bool() | int():
            return value
        case float() if isfinite(value):
            return value
        case str():
            return text(name, value)
        case list() | tuple():
            return tuple(plain(name, item) for item in value)
    raise refuse(name, "a finite number, a text, true, false, null or a list of them", value)


def schema_of(names: Iterable[str]) -> Schema[Any]:
    """Make the schema of a command that takes these settings: each must be given, but for the seed and the threads.

    Raises
    ------
    ConfigError
        For a setting within another one that has a value itself, and for a word of Python's.
    """
    nested: dict[str, Any] = {}
    for name in names:
        *path, last = name.split(".")
        if not NAME.fullmatch(name):
            raise ConfigError(f"{name!r} cannot be a setting: letters, digits, _ and dots name one")
        if any(map(iskeyword, (*path, last))):
            raise ConfigError(f"{name} cannot be a setting: Python has a word of its own there; call it {name}_, say")
        node = nested
        for step in path:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise ConfigError(f"{name} cannot be set: {name[: -len(last) - 1]} is a setting itself")
        if isinstance(node.get(last), dict):
            raise ConfigError(f"{name} cannot be set: there are settings within it")
        node[last] = setting(MISSING, plain, f"{{{name}}} of the command")
    nested[SEED] = setting(0, integer, "what it may draw its random numbers from")
    nested[THREADS] = setting(1, whole(1), "threads that it is told to compute with", decides=False)
    return Schema(_dataclass("Settings", nested))


def environment(values: Mapping[str, Any]) -> dict[str, str]:
    """Give the environment variables that tell a command its settings, and how many threads to take."""
    told = {f"NNEXP_{name.upper().replace('.', '_')}": format_value(value) for name, value in flatten(values).items()}
    return told | {f"{library}_NUM_THREADS": str(values[THREADS]) for library in THREADED}


def _dataclass(name: str, nested: Mapping[str, Any]) -> type[Any]:
    fields = [
        (each, _dataclass(each, inner), field()) if isinstance(inner, dict) else (each, Any, inner)
        for each, inner in nested.items()
    ]
    return make_dataclass(name, fields, frozen=True, kw_only=True)
