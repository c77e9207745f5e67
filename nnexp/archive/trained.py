"""A trained network and its data, rebuilt from a run's record. The record is data: nothing in it is executed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.archive.run import read_config, read_network
from nnexp.config.schema import Config
from nnexp.core import Examples, Network, predict
from nnexp.datasets import Dataset
from nnexp.datasets.dataset import SCALES
from nnexp.errors import DataError, RecordError
from nnexp.tasks.network.setup import dataset_of
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore


@dataclass(frozen=True)
class Trained:
    """A run's settings and its final network."""

    config: Config
    network: Network
    data: str | None  # the digest of what the run learnt from

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
    def scale(self) -> float:
        """What a pixel is multiplied with."""
        return SCALES[self.config.dataset.scale]

    def outputs(self, picture: NDArray[np.uint8], scale: float) -> NDArray[Any]:
        """Compute the outputs (n_out,) for one picture of bytes."""
        outputs: NDArray[Any] = predict(self.network, Examples(picture.reshape(1, -1), np.zeros(1, np.int64), scale))
        one: NDArray[Any] = outputs[0]
        return one


def read_trained(record: Run, store: RunStore) -> Trained:
    """Rebuild a run's network from its artifacts.

    Raises
    ------
    RecordError
        If the record is not complete, or is not what nnexp writes.
    """
    try:
        config = read_config(record, store)
        return Trained(config, read_network(record, store, config.activation), record.tags.get(Tag.DATA))
    except RecordError as error:
        raise RecordError(f"run {record.run_id[:8]} ({record.name}, {record.status}): {error}") from error
