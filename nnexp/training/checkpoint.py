"""Where a run stood after an epoch: all that is needed to go on with it, as it would have gone on by itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnexp.tasks.task import Files
from nnexp.training.events import Epoch


@dataclass(frozen=True)
class Checkpoint:
    """A run's epochs up to one of them, and the state that this one left."""

    run_id: str
    epochs: tuple[Epoch, ...]
    state: Files

    @property
    def epoch(self) -> int:
        """The number of the last epoch."""
        return len(self.epochs)


def digest_state(epochs: Sequence[Epoch], state: Files) -> str:
    """Compute the SHA-256 (hex) of all that epochs said, and of every array of a state, bit for bit."""
    sha256 = hashlib.sha256()
    for epoch in epochs:
        metrics = [(name, value.hex()) for name, value in sorted(epoch.metrics.items())]
        sha256.update(f"{json.dumps([epoch.number, epoch.digest, epoch.time, metrics])}\n".encode())
    for file, arrays in sorted(state.items()):
        for name, array in sorted(arrays.items()):
            little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
            sha256.update(f"{file} {name} {little.dtype.str} {array.shape}\n".encode())
            sha256.update(little.tobytes())
    return sha256.hexdigest()
