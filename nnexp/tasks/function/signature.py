"""What a function takes, as the settings of a task: names, types, defaults and choices; and from settings to its call.

Whatever JSON can write can be set, and an `Enum` by the names of its members. A parameter of another type keeps its
default. `seed` is always there, whether the function takes it or not; so are `threads`, which decide nothing, and for
one that yields `epochs`, after which it is closed. `state` is no setting: it is what training goes on from.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, make_dataclass
from inspect import Parameter
from typing import Any, get_type_hints

from nnexp.config.checks import Check, optional, whole
from nnexp.config.schema import EPOCHS, SEED, THREADS, Schema
from nnexp.config.setting import setting
from nnexp.errors import ConfigError
from nnexp.tasks.function.kinds import Build, Kind, of_default, of_hint, plain

STATE = "state"
RESERVED = "hydra"  # stands for Hydra's own settings on every command line
PASSED = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class Signature:
    """A function's settings, and how it is called with them."""

    schema: Schema[Any]
    takes_state: bool
    is_bounded: bool  # whether `epochs` is no parameter of its own, but what it is closed after
    _builds: Mapping[str, Build]
    _by_place: Sequence[str]  # of the parameters, those that have no name to a caller

    def call(self, function: Callable[..., Any], config: Any, state: Any) -> Any:
        """Call the function with the settings of a config, and what it goes on from if it takes that."""
        given = {name: build(getattr(config, name)) for name, build in self._builds.items()}
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
        parameters = inspect.signature(function).parameters
    except (ValueError, TypeError):
        raise ConfigError(f"{name} does not say what it takes; wrap it in a function that does") from None
    hints, kinds = _hints(function), {}
    for parameter in parameters.values():
        if parameter.kind in PASSED and parameter.name != STATE:
            kind = _kind(parameter, hints.get(parameter.name, Parameter.empty), name)
            if kind:
                kinds[parameter.name] = kind
    fields = {parameter: _setting(parameters[parameter], kind) for parameter, kind in kinds.items()}
    is_bounded = inspect.isgeneratorfunction(function) and EPOCHS not in kinds
    if is_bounded:
        ends = "after how many epochs it is closed, if it has not ended by then"
        fields[EPOCHS] = setting(None, optional(whole(1)), ends, lengthens=True)
    fields.setdefault(SEED, setting(0, whole(0), "what all that is left to chance is drawn from"))
    fields.setdefault(THREADS, setting(1, whole(1), "threads of a run; they may change bits", decides=False))
    config = make_dataclass(
        "Settings", [(field, Any, declared) for field, declared in fields.items()], frozen=True, kw_only=True
    )
    by_place = [one for one in kinds if parameters[one].kind is Parameter.POSITIONAL_ONLY]
    builds = {one: kind.build for one, kind in kinds.items()}
    return Signature(Schema(config), STATE in parameters, is_bounded, builds, by_place)


def _hints(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Give the types of a function's parameters; none, if they name what is not there."""
    try:
        return get_type_hints(function)
    except Exception:
        return {}


def _setting(parameter: Parameter, kind: Kind) -> Any:
    default = MISSING if parameter.default is Parameter.empty else plain(parameter.default)
    if parameter.name == SEED and default in (MISSING, None):
        default = 0
    return setting(default, kind.check, "", costs=parameter.name != SEED)


def _kind(parameter: Parameter, hint: Any, function: str) -> Kind | None:
    """Tell how a parameter is set; None where it cannot be, and keeps its default."""
    if parameter.name == RESERVED:
        raise ConfigError(f"{function} takes {RESERVED}, which stands for the settings of Hydra; name it otherwise")
    if parameter.name == SEED:
        return Kind(whole(0))
    has_default = parameter.default is not Parameter.empty
    kind = of_default(parameter.default) if hint in (Parameter.empty, Any) else of_hint(hint)
    if kind and has_default and not _fits(kind, parameter.name, parameter.default):
        kind = Kind(_either(parameter.default, kind.check), kind.build)  # `width: int = None` is often written
    if kind is None and not has_default:
        raise ConfigError(
            f"{function} takes {parameter.name}, which cannot be set: expected a number, a text, true, false, a choice "
            f"or a list of them, but it is {getattr(hint, '__name__', hint)}; give it a default"
        )
    return kind


def _either(default: Any, check: Check) -> Check:
    return lambda name, value: value if value == default else check(name, value)


def _fits(kind: Kind, name: str, default: Any) -> bool:
    try:
        kind.check(name, plain(default))
    except ConfigError:
        return False
    return True
