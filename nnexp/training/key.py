"""A run's key: the SHA-256 of everything that makes it this experiment and no other.

Four things: the task, its settings, the content of its data, and the code that decides its numbers. A changed line of
sgd.py changes every key; a changed comment none, and no new setting or metric either. tests/training/keys.json holds
keys that must never change by accident.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any


def key_of(task: str, settings: Mapping[str, Any], data_digest: str | None, code: str) -> str:
    """Compute the key (hex) of the settings that decide, as `Schema.deciding` gives them."""
    parts = {"task": task, "settings": dict(settings), "data": data_digest, "code": code}
    return _sha256(json.dumps(parts, sort_keys=True))


def key_of_format_1(values: Mapping[str, Any], data_digest: str, code: str) -> str:
    """Compute the key that the first format gave a run of the network, from its config.json with every setting."""
    dataset = {name: value for name, value in values.get("dataset", {}).items() if name not in ("path", "name")}
    config = {name: value for name, value in values.items() if name not in ("experiment", "threads")}
    parts = {"config": {**config, "dataset": dataset}, "data": data_digest, "code": code}
    return _sha256(json.dumps(parts, sort_keys=True))


def sweep_key(run_keys: Iterable[str]) -> str:
    """Compute the key of a sweep from those of its runs, in whatever order they come."""
    return _sha256("\n".join(sorted(run_keys)))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
