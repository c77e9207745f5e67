"""A trained network and its data, rebuilt from a run's record. The record is data: nothing in it is executed."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.config.build import build
from nnexp.config.schema import Config
from nnexp.core import Examples, Network, predict
from nnexp.datasets import Dataset
from nnexp.errors import DataError, NotFoundError
from nnexp.runs.experiment import dataset_of
from nnexp.tracking.records import RunRecord
from nnexp.tracking.tracker import RunStore


@dataclass(frozen=True)
class Trained:
    """A run's settings and its final network."""

    config: Config
    network: Network

    @property
    def dataset(self) -> Dataset:
        """The data that the run learnt from, if they are still where they were."""
        return dataset_of(self.config.dataset)

    def outputs(self, picture: NDArray[np.uint8], scale: float) -> NDArray[Any]:
        """Compute the outputs (n_out,) for one picture of bytes."""
        outputs: NDArray[Any] = predict(self.network, Examples(picture.reshape(1, -1), np.zeros(1, np.int64), scale))
        one: NDArray[Any] = outputs[0]
        return one


def read_trained(record: RunRecord, store: RunStore) -> Trained:
    """Rebuild a run's network from its artifacts.

    Raises
    ------
    NotFoundError, DataError, ConfigError
        If the record is not complete, or is not what nnexp writes.
    """
    config, parameters = store.artifact(record.run_id, "config.json"), store.artifact(record.run_id, "parameters.npz")
    if config is None or parameters is None:
        raise NotFoundError(f"run {record.run_id[:8]} ({record.name}, {record.status}) has no final parameters")
    try:
        settings = build(json.loads(config))
        with np.load(io.BytesIO(parameters), allow_pickle=False) as arrays:
            return Trained(settings, Network.from_parameters(dict(arrays), activation=settings.activation))
    except (json.JSONDecodeError, zipfile.BadZipFile, EOFError) as error:
        raise DataError(f"the record of run {record.run_id[:8]} is damaged: {error}") from error
