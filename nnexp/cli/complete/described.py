"""What is said of the network's settings, at once: to import them takes longer than a person waits for Tab.

It is kept in the cache, by the files that say it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import MISSING, asdict, dataclass

from nnexp.config.paths import PACKAGE
from nnexp.config.setting import Setting
from nnexp.config.value import format_value
from nnexp.places import cache

SAYING = (
    "cli/complete/described.py",
    "config/*.py",
    "core/*.py",
    "core/kernels/__init__.py",
    "datasets/*.py",
    "tasks/network/config.py",
)


@dataclass(frozen=True)
class Described:
    """A setting: its name, what it means, and values as they are typed."""

    name: str
    meaning: str
    values: tuple[str, ...]  # that it may have: all of them, or the default and an example


def described(settings: Iterable[Setting]) -> list[Described]:
    """Describe settings."""
    return [Described(one.name, one.meaning or one.wanted, _values(one)) for one in settings]


def network_settings() -> list[Described]:
    """Describe the settings of the network."""
    file = cache() / f"settings-{_stamp()}.json"
    with suppress(OSError, ValueError, TypeError, KeyError):
        return [Described(one["name"], one["meaning"], tuple(one["values"])) for one in json.loads(file.read_bytes())]
    from nnexp.tasks.network.config import SCHEMA

    found = described(SCHEMA.settings.values())
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob("settings-*.json"):
            old.unlink(missing_ok=True)
        beside = file.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps([asdict(one) for one in found]), encoding="utf-8")
        beside.replace(file)
    return found


def _values(one: Setting) -> tuple[str, ...]:
    usual = () if one.default in (MISSING, None, ()) else (format_value(one.default),)
    return one.words or tuple(dict.fromkeys(filter(None, (*usual, one.example))))


def _stamp() -> str:
    """Tell the files that say it from their later selves."""
    files = [(file, file.stat()) for pattern in SAYING for file in sorted(PACKAGE.glob(pattern))]
    told = [f"{file} {about.st_mtime_ns} {about.st_size}" for file, about in files]
    return hashlib.sha256("\n".join(told).encode(errors="surrogateescape")).hexdigest()[:16]
