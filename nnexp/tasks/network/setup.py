"""From a config to a network that is ready to learn: which data, which network, which seed.

Together with core/, the split of the data and seeding.py this decides the numbers, so its text is part of a run's key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from numpy.random import Generator

from nnexp import core, datasets
from nnexp.config.paths import DATA
from nnexp.errors import DataError
from nnexp.tasks.network.config import Config, DatasetConfig
from nnexp.tasks.seeding import streams
from nnexp.tasks.task import Files

Stamp = tuple[tuple[str, int, int], ...]
PARAMETERS, STATE = "parameters", "state"  # the files of what training goes on from


def dataset_of(config: DatasetConfig) -> datasets.Dataset:
    """Load a data set; the next run with the same one in this process shares it, while its files are as they were."""
    path = Path(config.path) if config.path else DATA
    return _load(config, path, _stamp(path))


@lru_cache(maxsize=4)
def _load(config: DatasetConfig, path: Path, stamp: Stamp) -> datasets.Dataset:  # noqa: ARG001
    return datasets.load(path, **options_of(config))


def options_of(config: DatasetConfig) -> dict[str, Any]:
    """Pick out how a data set is read: every setting of it but where it lies."""
    return {each.name: getattr(config, each.name) for each in fields(datasets.Options)}


def _stamp(path: Path) -> Stamp:
    """Tell one state of the files from a later one by their times and sizes, and those of the folders within."""
    files = sorted(path.iterdir()) if path.is_dir() else [path] if path.exists() else []
    found = [(file.name, file.stat()) for file in files]
    return tuple((name, state.st_mtime_ns, state.st_size) for name, state in found)


def sizes_of(config: Config, dataset: datasets.Dataset) -> list[int]:
    """Give the neurons of each layer, the inputs first: 784, 30, 10."""
    return [dataset.train.images.shape[1], *config.layers, dataset.classes]


def examples_of(part: datasets.Split, dataset: datasets.Dataset) -> core.Examples:
    """Hand one split of a data set to the network's side of the border."""
    return core.Examples(part.images, part.labels, dataset.scale)


def begin(
    config: Config, dataset: datasets.Dataset, state: Files | None = None
) -> tuple[core.Network, Iterator[core.EpochResult]]:
    """Draw a run's network, or rebuild it where it goes on, and give it with the epochs that train it."""
    draw = streams(config.seed)
    if state is None:
        network = network_of(config, dataset, draw.parameters)
    else:
        network = core.Network.from_parameters(state.get(PARAMETERS, {}), activation=config.activation)
        if (network.sizes, network.dtype.name) != (sizes_of(config, dataset), config.dtype):
            raise DataError(f"expected the state of such a network, but got one of {network.sizes}, {network.dtype}")
    results = core.train(
        network,
        examples_of(dataset.train, dataset),
        learning=learning_of(config),
        rng=draw.shuffling,
        val=examples_of(dataset.val, dataset) if dataset.val else None,
        test=examples_of(dataset.test, dataset),
        kernel=kernel_of(config, dataset).kernel,
        state=None if state is None else state.get(STATE, {}),
    )
    return network, results


def network_of(config: Config, dataset: datasets.Dataset, rng: Generator) -> core.Network:
    """Draw a run's network."""
    return core.Network(
        sizes_of(config, dataset),
        rng=rng,
        init=config.init,
        dtype=config.dtype,
        activation=config.activation,
    )


def kernel_of(config: Config, dataset: datasets.Dataset) -> core.Choice:
    """Tell which kernel runs with these settings, and why."""
    examples = examples_of(dataset.train, dataset)
    first = sizes_of(config, dataset)[1]
    return core.choose(config.kernel, examples, learning_of(config), config.activation, first)


def kernel_here() -> str:
    """Say what computes here, where nobody asks for anything else."""
    return core.describe()


def learning_of(config: Config) -> core.Learning:
    """Pick out how a run learns: every setting that core's `Learning` has too, by its name."""
    return core.Learning(**{each.name: getattr(config, each.name) for each in fields(core.Learning)})
