"""Settings written as they would be typed, in Hydra's grammar of overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nnexp.config.value import format_value
from nnexp.search.terms import SWEEPER
from nnexp.sweep.policy import LAUNCHER

Settings = Mapping[str, Any]
QUOTE = re.compile(r"(\\*)('|\Z)")  # with the backslashes before it, which stand for themselves anywhere else
PLAIN_WORD = re.compile(r"[\w./-]+")


def as_overrides(settings: Settings) -> list[str]:
    """Write settings as they would be typed; of a list, a range or an array, one value after the other."""
    return [f"{name}={','.join(map(_typed, _values(value)))}" for name, value in settings.items()]


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
