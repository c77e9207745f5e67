"""Everything about a run that is known before it starts: its config against its data, its key and its name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnexp.config.build import settings
from nnexp.config.schema import Config, flatten
from nnexp.core.sgd import check_learning
from nnexp.datasets import Dataset
from nnexp.runs.experiment import dataset_of, learning_of, sizes_of
from nnexp.runs.key import code_digest, key_of


@dataclass(frozen=True)
class Prepared:
    """A run that may start: checked, keyed and named."""

    config: Config
    name: str  # 784-30-10, and what else was chosen
    key: str
    code: str
    sizes: tuple[int, ...]
    dataset: Mapping[str, str]  # name, digest, source


def prepare(config: Config, chosen: Mapping[str, Any] | None = None) -> Prepared:
    """Check a config against its data, and work out its key and name.

    Parameters
    ----------
    config
        The run's settings.
    chosen
        The settings that the person chose or that vary in a sweep, by their dotted names; they are added to the name.

    Raises
    ------
    DataError, ConfigError
        Data that cannot be used, or settings that do not fit them.
    """
    dataset = dataset_of(config.dataset)
    sizes = sizes_of(config, dataset)
    check_learning(learning_of(config), depth=len(sizes) - 1, n=len(dataset.train), activation=config.activation)
    name = " ".join(["-".join(map(str, sizes)), *(f"{k}={text(v)}" for k, v in _worth_naming(chosen or {}))])
    return Prepared(config, name, key_of(config, dataset.digest), code_digest(), tuple(sizes), _facts(dataset))


def params(config: Config) -> dict[str, str]:
    """Write a config as MLflow parameters: flattened with dots, every value a text."""
    return {name: text(value) for name, value in flatten(settings(config)).items()}


def text(value: Any) -> str:
    """Write a setting as it would be typed: 30, [100, 30], true, null."""
    return value if isinstance(value, str) else json.dumps(value)


def _worth_naming(chosen: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in chosen.items() if name != "hidden"]


def _facts(dataset: Dataset) -> dict[str, str]:
    return {"name": dataset.name, "digest": dataset.digest, "source": dataset.source}
