"""The one way from a setting's value to text and back: as it is typed, as the tracking store keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

SLIPPED = 8  # digits that no person types, and a sum of binary fractions leaves behind


def format_value(value: Any) -> str:
    """Write a setting's value as it would be typed: 30, [100, 30], true, null, normal."""
    return value if isinstance(value, str) else json.dumps(value)


def parse_value(text: str) -> Any:
    """Read a value back; whatever is no number, list, true, false or null is a word."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def parse_values(texts: Mapping[str, str]) -> dict[str, Any]:
    """Read the values of settings back, as a store keeps them."""
    return {name: parse_value(text) for name, text in texts.items()}


def meant(value: Any) -> Any:
    """Take 0.3 for what `range(0, 1, 0.1)` makes of it: a number that is two digits away from a short one."""
    if isinstance(value, dict):
        return {name: meant(item) for name, item in value.items()}
    if isinstance(value, list):
        return [meant(item) for item in value]
    if not isinstance(value, float):
        return value
    near = float(f"{value:.15g}")
    return near if len(repr(near)) < len(repr(value)) - SLIPPED else value
