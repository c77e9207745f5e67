"""Settings written as they would be typed, in Hydra's grammar of overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from nnexp.config.value import format_value
from nnexp.errors import ConfigError
from nnexp.search.terms import SWEEPER
from nnexp.sweep.policy import LAUNCHER

Settings = Mapping[str, Any]
QUOTE = re.compile(r"(\\*)('|\Z)")  # with the backslashes before it, which stand for themselves anywhere else
PLAIN_WORD = re.compile(r"[\w./-]+")


def as_overrides(settings: Settings) -> list[str]:
    """Write settings as they would be typed; of a list, a range or an array, one value after the other."""
    return [f"{name}={','.join(map(_typed, _values(value)))}" for name, value in settings.items()]


def with_quotes(arguments: Sequence[str]) -> list[str]:
    """Quote the path of what is there, where Hydra could not read it as it was typed: for its blanks or brackets.

    Raises
    ------
    ConfigError
        For anything else that Hydra cannot read.
    """
    return [_readable(one) if "=" in one and not one.startswith("-") else one for one in arguments]


def _readable(argument: str) -> str:
    try:
        OverridesParser.create().parse_override(argument)
    except HydraException as error:
        name, _, value = argument.partition("=")
        if _is_there(value):
            return f"{name}={_typed(value)}"
        reason = str(error).partition("\n")[0]
        quoted = f"a value with blanks, commas or brackets is written in quotes, '{name}=\"…\"'"
        raise ConfigError(f"{argument} cannot be read: {reason}; {quoted}") from error
    return argument


def _is_there(path: str) -> bool:
    try:
        return bool(path) and Path(path).exists()
    except (OSError, ValueError):
        return False


def of_launcher(**given: Any) -> dict[str, Any]:
    """Name settings of the launch; what is None or False was not given."""
    return _under(LAUNCHER, given)


def of_sweeper(**given: Any) -> dict[str, Any]:
    """Name settings of what makes the jobs; what is None or False was not given."""
    return _under(SWEEPER, given)


def _under(prefix: str, given: Settings) -> dict[str, Any]:
    return {f"{prefix}{name}": value for name, value in given.items() if value is not None and value is not False}


def _values(value: Any) -> Sequence[Any]:
    several = value.tolist() if hasattr(value, "tolist") else value  # of NumPy and pandas
    return list(several) if isinstance(several, list | range) else [several]


def _typed(value: Any) -> str:
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_typed(item)}' for name, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_typed, value))}]"
    if not isinstance(value, str) or PLAIN_WORD.fullmatch(value):
        return format_value(value)
    escaped = QUOTE.sub(lambda found: 2 * found[1] + found[2].replace("'", "\\'"), value)
    return f"'{escaped}'"
