"""Everything about a run that is known before it starts: its config against its data, its key and its name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nnexp.config.build import settings, text
from nnexp.config.presets import own_settings, trained_settings
from nnexp.config.schema import Config, flatten
from nnexp.core.sgd import check_learning
from nnexp.datasets import Dataset
from nnexp.tasks.network.setup import dataset_of, learning_of, sizes_of
from nnexp.training.key import code_digest, key_of


@dataclass(frozen=True)
class Prepared:
    """A run that may start: checked, keyed and named."""

    config: Config
    name: str  # 784-30-10, its experiment, and what else was chosen
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
        A run of an experiment is named for what differs from the experiment's own settings, chosen here or not.

    Raises
    ------
    DataError, ConfigError
        Data that cannot be used, or settings that do not fit them.
    """
    if config.dataset.path:  # recorded so that it is found again from anywhere
        path = str(Path(config.dataset.path).absolute())
        config = replace(config, dataset=replace(config.dataset, path=path))
    dataset = dataset_of(config.dataset)
    sizes = sizes_of(config, dataset)
    check_learning(learning_of(config), depth=len(sizes) - 1, n=len(dataset.train), activation=config.activation)
    name = " ".join(["-".join(map(str, sizes)), *_words(config, chosen or {})])
    return Prepared(config, name, key_of(config, dataset.digest), code_digest(), tuple(sizes), _facts(dataset))


def params(config: Config) -> dict[str, str]:
    """Write a config as MLflow parameters: flattened with dots, every value a text."""
    return {name: text(value) for name, value in flatten(settings(config)).items()}


def _words(config: Config, chosen: Mapping[str, Any]) -> list[str]:
    own = own_settings(config.experiment) if config.experiment else None
    here = trained_settings(config)
    changed = {name: value for name, value in here.items() if own and value != own[name]}
    said = {name: value for name, value in chosen.items() if not own or name not in own}
    shown = {name: value for name, value in (said | changed).items() if name not in ("hidden", "experiment")}
    return [*([config.experiment] if config.experiment else []), *(f"{k}={text(v)}" for k, v in shown.items())]


def _facts(dataset: Dataset) -> dict[str, str]:
    return {"name": dataset.name, "digest": dataset.digest, "source": dataset.source}


def read_params(logged: Mapping[str, str]) -> dict[str, Any]:
    """Read MLflow parameters back into settings, flattened with dots."""
    return {name: _parsed(value) for name, value in logged.items()}


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
