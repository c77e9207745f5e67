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


def flatten(nested: Any) -> dict[str, Any]:
    """Flatten a nested mapping, with dots between the names: `{"dataset.split": "book"}`."""
    flat: dict[str, Any] = {}
    for name, item in nested.items():
        if isinstance(item, dict) and item:
            flat |= {f"{name}.{inner}": leaf for inner, leaf in flatten(item).items()}
        else:
            flat[name] = item
    return flat


def plain(value: Any) -> Any:
    """Give a value in JSON's types: a tuple as a list, at any depth."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
