"""A trained network and its data, rebuilt from a run's record. The record is data: nothing in it is executed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.archive.reader import RunReader
from nnexp.core import Examples, Network, predict
from nnexp.datasets import Dataset, Preparation
from nnexp.datasets.scale import factor
from nnexp.errors import DataError, RecordError
from nnexp.recording.files import ARRAYS, PARAMETERS
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tasks.network.setup import dataset_of
from nnexp.tasks.network.task import NETWORK, PREPARATION
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore


@dataclass(frozen=True)
class TrainedNetwork:
    """A run's settings and its final network."""

    config: Config
    network: Network
    data: str | None  # the digest of what the run learnt from
    preparation: Preparation

    @property
    def dataset(self) -> Dataset:
        """The data that the run learnt from, if they are still where they were, and still what they were."""
        found = dataset_of(self.config.dataset)
        if self.data and found.digest != self.data:
            raise DataError(
                f"{found.source}: expected the data of the run, {self.data[:12]}, but got {found.digest[:12]}"
            )
        return found

    @property
    def classes(self) -> tuple[str, ...]:
        """What the network's outputs are called."""
        return self.preparation.classes

    @property
    def is_of_pictures(self) -> bool:
        """Whether it was trained on pictures, and not on rows of values."""
        return self.preparation.shape[0] > 1

    @property
    def scale(self) -> float:
        """What a pixel is multiplied with."""
        return factor(self.config.dataset.scale)

    def outputs(self, inputs: NDArray[Any], scale: float) -> NDArray[Any]:
        """Compute the outputs (n_out,) for one example."""
        outputs: NDArray[Any] = predict(self.network, Examples(inputs.reshape(1, -1), np.zeros(1, np.int64), scale))
        one: NDArray[Any] = outputs[0]
        return one


def read_trained(run: Run, store: RunStore) -> TrainedNetwork:
    """Rebuild a run's network from its artifacts.

    Raises
    ------
    RecordError
        If the record is not complete, is not what nnexp writes, or is of another task than the network.
    """
    reader = RunReader(run.run_id, store)
    try:
        if run.task != NETWORK.name:
            raise RecordError(f"it was trained by {run.task}, which leaves no network of nnexp's")
        if not run.is_finished:
            raise RecordError("it left no network")
        config = reader.config(SCHEMA)
        network = _network(config, reader)
        return TrainedNetwork(config, network, run.tags.get(Tag.DATA), _preparation(network, reader))
    except RecordError as error:
        raise RecordError(f"run {run.run_id[:8]} ({run.name}, {run.fate}): {error}") from error


def _network(config: Config, reader: RunReader) -> Network:
    try:
        return Network.from_parameters(reader.arrays(PARAMETERS), activation=config.activation)
    except DataError as error:
        raise RecordError(f"{PARAMETERS} cannot be used: {error}") from error


def _preparation(network: Network, reader: RunReader) -> Preparation:
    n_in, n_out = network.sizes[0], network.sizes[-1]
    name = f"{PREPARATION}{ARRAYS}"
    if not reader.has(name):
        return Preparation.usual(n_in, n_out)
    try:
        return Preparation.parse(reader.arrays(name), n_in, n_out)
    except DataError as error:
        raise RecordError(f"{name} cannot be used: {error}") from error
