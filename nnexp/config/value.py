"""The one way from a setting's value to text and back: as it is typed, as the tracking store keeps it."""

from __future__ import annotations

import json
from typing import Any


def format_value(value: Any) -> str:
    """Write a setting's value as it would be typed: 30, [100, 30], true, null, normal."""
    return value if isinstance(value, str) else json.dumps(value)


def parse_value(text: str) -> Any:
    """Read a value back; whatever is no number, list, true, false or null is a word."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
