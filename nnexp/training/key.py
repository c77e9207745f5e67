"""A run's key: the SHA-256 of everything that makes it this experiment and no other.

Three things: the training part of the config, the content of the data, and the text of the code that decides the
numbers. A changed line of sgd.py changes every key; a changed docstring in report/ changes none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache

from nnexp.config.build import training_part
from nnexp.config.paths import PACKAGE
from nnexp.config.schema import Config

DECIDING = ("core/*.py", "datasets/*.py", "tasks/seeding.py", "tasks/network/setup.py")


def key_of(config: Config, data_digest: str, code: str | None = None) -> str:
    """Compute the key (hex) of a config on data with this digest, under code with this one: as it is now, if None."""
    parts = {"config": training_part(config), "data": data_digest, "code": code or code_digest()}
    return _sha256(json.dumps(parts, sort_keys=True))


def sweep_key(run_keys: Iterable[str]) -> str:
    """Compute the key of a sweep from those of its runs, in whatever order they come."""
    return _sha256("\n".join(sorted(run_keys)))


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Compute the SHA-256 (hex) of the names and texts of the files that decide the numbers."""
    sha256 = hashlib.sha256()
    for pattern in DECIDING:
        for file in sorted(PACKAGE.glob(pattern)):
            sha256.update(f"{file.relative_to(PACKAGE).as_posix()}\n".encode() + file.read_bytes())
    return sha256.hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
