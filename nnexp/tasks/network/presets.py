"""The settings that an experiment of conf/experiment stands for, read as data: without Hydra, and without running any.

An experiment that is put together of others (it has a defaults list) is for Hydra alone to compose; it has none here.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from nnexp.config.paths import CONF, user_conf
from nnexp.config.schema import SEED
from nnexp.core import AUTO
from nnexp.errors import ConfigError
from nnexp.tasks.network.config import SCHEMA, Config

FOLDER = "experiment"


def own_settings(name: str) -> dict[str, Any] | None:
    """Give what an experiment trains with, flattened; None if it cannot be told.

    The seed is left out, and what the experiment leaves to be chosen where it runs: the kernel.
    """
    for folder in filter(None, (user_conf(), CONF)):
        file = folder.absolute() / FOLDER / f"{name}.yaml"
        if file.is_file():
            return _read(file)
    return None


def trained_settings(config: Config) -> dict[str, Any]:
    """Give what a run trains with, flattened, the seed left out."""
    flat = SCHEMA.flat(config)
    return {name: value for name, value in flat.items() if SCHEMA.settings[name].decides and name != SEED}


@lru_cache
def _read(file: Path) -> dict[str, Any] | None:
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        found = trained_settings(SCHEMA.parse_config(settings))
        return {name: value for name, value in found.items() if value != AUTO}
    except (ConfigError, TypeError, AttributeError):
        return None
