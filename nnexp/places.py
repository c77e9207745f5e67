"""Where nnexp keeps what belongs to no working directory."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache() -> Path:
    """What can be made again: decoded data, an empty store. NNEXP_CACHE, or else the user's cache folder."""
    return Path(os.environ.get("NNEXP_CACHE") or platformdirs.user_cache_path("nnexp"))


def state() -> Path:
    """What must not be lost: which results a store has not been told. NNEXP_STATE, or else the user's state folder."""
    return Path(os.environ.get("NNEXP_STATE") or platformdirs.user_state_path("nnexp"))
