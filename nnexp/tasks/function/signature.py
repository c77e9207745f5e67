"""What a function takes, as the settings of a task: names, types, defaults and choices; and from settings to its call.

Whatever JSON can write can be set, and an `Enum` by the names of its members. A parameter of another type keeps its
default; `*args` and `**kwargs` get nothing. `seed` is always there, whether the function takes it or not; so are
`threads`, which decide nothing unless it takes them, and for one that yields `epochs`, after which it is closed.
`state` is no setting: it is what training goes on from.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, make_dataclass
from functools import partial
from inspect import Parameter
from types import SimpleNamespace
from typing import Any, get_type_hints

from nnexp.config.checks import Taking, optional, whole
from nnexp.config.schema import EPOCHS, SEED, THREADS, Schema
from nnexp.config.setting import setting
from nnexp.errors import ConfigError
from nnexp.tasks.function.defaults import plain, unshared, with_default
from nnexp.tasks.function.kinds import Build, Kind, of_default, of_hint

STATE = "state"
RESERVED = {"hydra": "the settings of Hydra", "defaults": "what Hydra composes"}  # in every file and on every line
LEAST = {SEED: 0, THREADS: 1}  # of the settings that nnexp itself needs as whole numbers, and what they are by default
PASSED = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class Signature:
    """A function's settings, and how it is called with them."""

    schema: Schema[Any]
    takes_state: bool
    is_bounded: bool  # whether `epochs` is no parameter of its own, but what it is closed after
    _builds: Mapping[str, Build]
    _kept: Mapping[str, Any]  # defaults of what cannot be set
    _by_place: Sequence[str]  # of the parameters, those that have no name to a caller

    def call(self, function: Callable[..., Any], config: Any, state: Any) -> Any:
        """Call the function with the settings of a config, and what it goes on from if it takes that."""
        given = {name: unshared(default) for name, default in self._kept.items()}
        given |= {name: build(getattr(config, name)) for name, build in self._builds.items()}
        if self.takes_state:
            given[STATE] = state
        placed = [given.pop(name) for name in self._by_place]
        return function(*placed, **given)


def read_signature(function: Callable[..., Any], name: str) -> Signature:
    """Read what a function takes.

    Raises
    ------
    ConfigError
        If it cannot be called with settings alone.
    """
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        raise ConfigError(f"{name} does not say what it takes; wrap it in a function that does") from None
    parameters = {one.name: one for one in signature.parameters.values() if one.kind in PASSED}
    written = _written(function)
    found = {one: _kind(each, written, name) for one, each in parameters.items() if one != STATE}
    kinds = {one: kind for one, kind in found.items() if kind}
    fields = {one: _setting(parameters[one], kind) for one, kind in kinds.items()}
    is_bounded = inspect.isgeneratorfunction(written) and EPOCHS not in parameters
    if is_bounded:
        ends = "after how many epochs it is closed, if it has not ended by then"
        fields[EPOCHS] = setting(None, optional(whole(1)), ends, lengthens=True)
    fields.setdefault(SEED, setting(0, whole(0), "what all that is left to chance is drawn from"))
    fields.setdefault(THREADS, setting(1, whole(1), "threads of a run; they may change bits", decides=False))
    config = make_dataclass("Settings", [(one, Any, each) for one, each in fields.items()], frozen=True, kw_only=True)
    by_place = [one for one, each in parameters.items() if each.kind is Parameter.POSITIONAL_ONLY]
    unset = [one for one, kind in found.items() if not kind]
    return Signature(
        Schema(config, unset=unset),
        STATE in parameters,
        is_bounded,
        {one: kind.build for one, kind in kinds.items()},
        {one: parameters[one].default for one in unset if one in by_place or _can_be_changed(parameters[one])},
        by_place,
    )


def _written(function: Callable[..., Any]) -> Callable[..., Any]:
    """Find what somebody wrote: beneath its decorators, and of an object that can be called its method."""
    while isinstance(function, partial):
        function = function.func
    function = inspect.unwrap(function)
    return function if hasattr(function, "__code__") else type(function).__call__


def _can_be_changed(parameter: Parameter) -> bool:
    return unshared(parameter.default) is not parameter.default


def _setting(parameter: Parameter, kind: Kind) -> Any:
    default = MISSING if parameter.default is Parameter.empty else plain(parameter.default)
    if parameter.name in LEAST and default in (MISSING, None):
        default = LEAST[parameter.name]
    return setting(default, Taking(kind.check, kind.wanted, kind.words), "", costs=parameter.name != SEED)


def _kind(parameter: Parameter, written: Callable[..., Any], function: str) -> Kind | None:
    """Tell how a parameter is set; None where it cannot be, and keeps its default."""
    name, default = parameter.name, parameter.default
    if name in RESERVED:
        raise ConfigError(f"{function} takes {name}, which stands for {RESERVED[name]}; name it otherwise")
    if name in LEAST:
        return Kind(whole(LEAST[name]), "a whole number")
    hint = _hint(parameter, written)
    kind = of_default(default) if hint is Parameter.empty else of_hint(hint)
    if default is not Parameter.empty:
        return kind and with_default(kind, name, default)
    if kind is None:
        raise ConfigError(
            f"{function} takes {name}, which cannot be set: expected a number, a text, true, false, a choice or a "
            f"list of them, but it is {getattr(hint, '__name__', hint)}; give it a default"
        )
    return kind


def _hint(parameter: Parameter, written: Callable[..., Any]) -> Any:
    """Give a parameter's type; none, if it is any, or is written as a text that names what is not there."""
    if parameter.annotation is Parameter.empty:
        return Parameter.empty
    one = SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
    try:
        hint = get_type_hints(one, getattr(written, "__globals__", {}))[parameter.name]
    except Exception:  # whatever its text does
        return Parameter.empty
    return Parameter.empty if hint in (Any, object) else hint
