"""Settings written as they would be typed, in Hydra's grammar of overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nnexp.config.value import format_value

Settings = Mapping[str, Any]
QUOTE = re.compile(r"(\\*)('|\Z)")  # with the backslashes before it, which stand for themselves anywhere else
PLAIN_WORD = re.compile(r"[\w./-]+")


def as_overrides(settings: Settings) -> list[str]:
    """Write settings as they would be typed; of a list, a range or an array, one value after the other."""
    return [f"{name}={','.join(map(_quoted, _values(value)))}" for name, value in settings.items()]


def _values(value: Any) -> Sequence[Any]:
    several = value.tolist() if hasattr(value, "tolist") else value  # of NumPy and pandas
    return list(several) if isinstance(several, list | range) else [several]


def _quoted(value: Any) -> str:
    value = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(value, str) or PLAIN_WORD.fullmatch(value):
        return format_value(value)
    escaped = QUOTE.sub(lambda found: 2 * found[1] + found[2].replace("'", "\\'"), value)
    return f"'{escaped}'"
