"""Settings written as they would be typed, in Hydra's grammar of overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override
from hydra.errors import HydraException

from nnexp.config.paths import is_group
from nnexp.config.schema import Schema
from nnexp.config.value import format_value
from nnexp.errors import ConfigError
from nnexp.search.terms import SWEEPER
from nnexp.sweep.policy import LAUNCHER

Settings = Mapping[str, Any]
QUOTE = re.compile(r"(\\*)('|\Z)")  # with the backslashes before it, which stand for themselves anywhere else
VALUED = (
    "--cfg",
    "-c",
    "--info",
    "-i",
    "--package",
    "-p",
    "--config-name",
    "-cn",
    "--config-dir",
    "-cd",
    "--config-path",
    "-cp",
    "--experimental-rerun",
)  # flags of Hydra's with a value behind them
BARE = ("--help", "--hydra-help", "--version", "--resolve", "--run", "--multirun", "--shell-completion")
PLAIN_WORD = re.compile(r"[\w./-]+")


def as_overrides(settings: Settings) -> list[str]:
    """Write settings as they would be typed; of a list, a range or an array, one value after the other."""
    return [f"{name}={','.join(map(_typed, _values(value)))}" for name, value in settings.items()]


def with_quotes(arguments: Sequence[str], schema: Schema[Any]) -> list[str]:
    """Quote the path of what is there, where Hydra could not read it as it was typed: for its blanks or brackets.

    Raises
    ------
    ConfigError
        For anything else that Hydra cannot read.
    """
    before = ("", *arguments)
    return [
        one if _is_flag(one, last) else _readable(one, schema) for one, last in zip(arguments, before, strict=False)
    ]


def _is_flag(argument: str, before: str) -> bool:
    """Tell whether an argument is a flag, or what stands behind one: of Hydra's, or one that Hydra is to refuse."""
    is_behind = before in VALUED or (before[:2] == "--" and not any(flag.startswith(before) for flag in BARE))
    return argument.startswith("-") or re.match(r"~\w", argument) is not None or ("=" not in argument and is_behind)


def _readable(argument: str, schema: Schema[Any]) -> str:
    name, equals, value = argument.partition("=")
    if not equals:
        near = get_close_matches(re.split(r"\W", argument)[0], schema.settings, n=1)
        hint = f"; did you mean {near[0]}=VALUE?" if near else ""
        raise ConfigError(f"a setting is written NAME=VALUE, without blanks, but got {argument}{hint}")
    if not name.lstrip("+~").partition("@")[0]:
        raise ConfigError(f"a setting is written NAME=VALUE, but got {argument}, without a name")
    try:
        read = OverridesParser.create().parse_override(argument)
    except HydraException as error:
        if _is_there(value):
            return f"{name}={_typed(value)}"
        raise ConfigError(_unreadable(name, value, str(error).partition("\n")[0])) from error
    return _as_files(name, read) if is_group(read.key_or_group) else argument


def _as_files(name: str, read: Override) -> str:
    """Write numbers and null as texts, of which Hydra then finds no file and says which there are."""
    value: Any = read.value()
    values = value.list if isinstance(value, ChoiceSweep) else [value]
    if not any(one is None or isinstance(one, bool | int | float) for one in values):
        return str(read.input_line)
    texts = [f"'{format_value(one)}'" for one in values]
    return f"{name}={','.join(texts)}"


def _unreadable(name: str, value: str, reason: str) -> str:
    """Say why Hydra cannot read a setting, as far as that shows, and how it is written."""
    typed = f"{name}={value}"
    if (name, value) != (name.strip(), value.lstrip()):
        return f"{typed} cannot be read: no blanks stand around =; write {name.strip()}={value.strip()}"
    if value.startswith(",") or value.endswith(",") or ",," in value:
        return f"{typed} cannot be read: a value is missing beside a comma"
    if "while evaluating" in reason:
        return f"{typed} cannot be read: {reason.partition(': ')[2]}"
    quoted = f"'{name}=\"{value}\"'"
    if any(value.count(mark) % 2 for mark in "'\""):
        return f"{typed} cannot be read: a quote is not closed"
    if any(value.count(one) != value.count(other) for one, other in ("[]", "()", "{}")):
        return f"{typed} cannot be read: a bracket is missing; as a text it is written in quotes, {quoted}"
    return f"{typed} cannot be read; a value with blanks, commas or brackets is written in quotes, {quoted}"


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
