"""The settings that an experiment of conf/experiment stands for, read as data: without Hydra, and without running any.

An experiment that is put together of others (it has a defaults list) is for Hydra alone to compose; it has none here.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from nnexp.config.paths import CONF, USER_CONF
from nnexp.config.schema import SEED, Schema
from nnexp.errors import ConfigError

FOLDER = "experiment"


def own_settings(name: str, schema: Schema[Any]) -> dict[str, Any] | None:
    """Give what an experiment trains with, flattened, the seed left out; None if it cannot be told."""
    for folder in (USER_CONF, CONF):
        file = folder.absolute() / FOLDER / f"{name}.yaml"
        if file.is_file():
            return _read(file, schema)
    return None


def trained_settings(config: Any, schema: Schema[Any]) -> dict[str, Any]:
    """Give what a run trains with, flattened, the seed left out."""
    flat = schema.flat(config)
    return {name: value for name, value in flat.items() if schema.settings[name].decides and name != SEED}


@lru_cache
def _read(file: Path, schema: Schema[Any]) -> dict[str, Any] | None:
    settings = yaml.safe_load(file.read_text())
    try:
        return trained_settings(schema.parse_config(settings), schema)
    except (ConfigError, TypeError, AttributeError):
        return None
