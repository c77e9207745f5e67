"""Where a run stood after an epoch: all that is needed to go on with it, as it would have gone on by itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.arrays import write_npz
from nnexp.errors import RecordError
from nnexp.tasks.task import Files
from nnexp.training.events import Epoch

FORMAT = 2  # of all that is written of a run; recording/files.py reads the earlier one too
EPOCH, FILES = "epoch", "files"  # beside the arrays of a packed state: its epoch's number, and its files


@dataclass(frozen=True)
class Checkpoint:
    """A run's epochs up to one of them, and the state that this one left.

    Of a run that did not end there, the `next` epoch is known as well: it must come out again.
    """

    run_id: str
    epochs: tuple[Epoch, ...]
    state: Files
    next: Epoch | None = None

    @property
    def epoch(self) -> int:
        """The number of the epoch that left the state."""
        return len(self.epochs)


def plain(files: Files) -> Files:
    """Take arrays of numbers or text; objects could be kept by pickling alone."""
    return {str(name): {str(each): _plain(name, each, one) for each, one in of.items()} for name, of in files.items()}


def pack(epoch: int, state: Files) -> bytes:
    """Put the state that an epoch left into one .npz."""
    arrays = {f"{file}/{name}": array for file, of_file in state.items() for name, array in of_file.items()}
    return write_npz({EPOCH: np.array(epoch), FILES: np.array(list(state), str), **arrays}, FORMAT)


def unpack(arrays: Mapping[str, NDArray[Any]]) -> tuple[int, Files]:
    """Give the epoch that left a packed state, and the state.

    Raises
    ------
    RecordError
        For arrays that are none.
    """
    epoch, names = arrays.get(EPOCH), arrays.get(FILES)
    if epoch is None or epoch.shape or epoch.dtype.kind != "i" or names is None or names.dtype.kind != "U":
        raise RecordError("it holds no state of a run")
    state: dict[str, dict[str, NDArray[Any]]] = {str(name): {} for name in names.ravel()}
    for member in arrays.keys() - {EPOCH, FILES}:
        file, _, name = member.partition("/")
        state.setdefault(file, {})[name] = arrays[member]
    return int(epoch), state


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


def _plain(file: str, name: str, array: Any) -> NDArray[Any]:
    taken = np.asarray(array)
    if taken.dtype.hasobject:
        raise TypeError(f"{name} of {file} must be an array of numbers or text, but holds objects")
    return taken
