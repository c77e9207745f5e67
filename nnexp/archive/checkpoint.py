"""Where an earlier run stands, read back from its record: believed only so far as all of it agrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnexp.archive.reader import RunReader
from nnexp.errors import DataError, RecordError
from nnexp.recording.ending import Stand
from nnexp.recording.files import ARRAYS, CHECKPOINT
from nnexp.tasks.task import Files, Task, is_foreign
from nnexp.tracking.records import Run, Status
from nnexp.tracking.store import RunStore
from nnexp.training.checkpoint import Checkpoint, digest_state, unpack
from nnexp.training.events import Epoch


def read_checkpoint(run: Run, stand: Stand, store: RunStore, task: Task, config: Any) -> Checkpoint:
    """Read where a run stood when it ended; `config` is that of a run that goes on from there.

    Raises
    ------
    RecordError
        For a journal or a state that is absent, damaged, or not what the run left.
    """
    reader = RunReader(run.run_id, store)
    if run.status is not Status.FINISHED or is_foreign(task):
        return _kept(stand, reader)
    epochs = tuple(reader.epochs(stand.epoch))
    state = {name: reader.arrays(f"{name}{ARRAYS}") for name in stand.files}
    _check(stand, stand.epoch, epochs, state)
    try:
        digest = task.digest_of(config, state.__getitem__)
    except (DataError, LookupError) as error:
        raise RecordError(f"its state cannot be used: {error}") from error
    if digest and digest != epochs[-1].digest:
        raise RecordError("its state does not have the digest that epochs.jsonl gives for its last epoch")
    return Checkpoint(run.run_id, epochs, state)


def _kept(stand: Stand, reader: RunReader) -> Checkpoint:
    """Read what a run had kept on its way, and the epoch by which whoever goes on proves it."""
    epochs = tuple(reader.epochs(stand.epoch + 1))
    _, state = unpack(reader.arrays(CHECKPOINT))
    _check(stand, stand.epoch + 1, epochs, state)
    return Checkpoint(reader.run_id, epochs[:-1], state, epochs[-1])


def _check(stand: Stand, wanted: int, epochs: Sequence[Epoch], state: Files) -> None:
    if len(epochs) != wanted or digest_state(epochs, state) != stand.digest:
        raise RecordError("its epochs or its state are not what it left")
