"""From what Hydra composed to plain Python, everything resolved."""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig, OmegaConf

from nnexp.config.schema import Schema
from nnexp.config.sweeps import TASK
from nnexp.config.value import meant

MISSING = "???"  # as Hydra writes what must be given


def plain(composed: DictConfig) -> dict[str, Any]:
    """Give a composed mapping."""
    return {str(name): meant(_resolved(composed[name])) for name in composed}


def settings_of(composed: DictConfig, schema: Schema[Any]) -> dict[str, Any]:
    """Give what a composed config sets, less Hydra's own, and less what it says of a task and is no setting of it.

    What must be given and is not, the schema names.
    """
    names = [str(name) for name in composed if name != "hydra" and (name not in TASK or name in schema.settings)]
    return {name: meant(_resolved(composed[name])) for name in names if not OmegaConf.is_missing(composed, name)}


def _resolved(value: Any) -> Any:
    return OmegaConf.to_container(value, resolve=True, throw_on_missing=True) if OmegaConf.is_config(value) else value
