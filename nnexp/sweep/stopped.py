"""A finished run, stopped on its way and gone on with in another process: does it come to the same?

Nothing of it is recorded. A run that does not repeat itself would not come to the same either: that is asked first.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain

from nnexp.archive.figures import altered_arrays, altered_metrics
from nnexp.archive.reader import RunReader
from nnexp.archive.run import Archive
from nnexp.recording.files import ARRAYS, CHECKPOINT, METRICS, read_arrays
from nnexp.sweep.executors.executor import Executor, MakeExecutor
from nnexp.sweep.launch import TICK_S
from nnexp.tracking.store import RunStore
from nnexp.training.checkpoint import Checkpoint, unpack
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Killed, Pruned, Resumed, WorkerLost
from nnexp.training.measured import parting
from nnexp.training.spec import RunSpec, make_spec
from nnexp.undeclared import is_timed


@dataclass(frozen=True)
class GoneOn:
    """After which epoch a run was stopped (0: none of its epochs gave a state), and where it came out otherwise."""

    epoch: int
    parting: str = ""


def stop_and_go_on(archive: Archive, store: RunStore, make_executor: MakeExecutor) -> GoneOn:
    """Train a run until it has given a state, and from there on in another process; hold it against its record."""
    run = make_spec(archive.task, archive.config)
    checkpoint = _stopped(run, make_executor(1), archive.run.run_id)
    if checkpoint is None:
        return GoneOn(0)
    with closing(_events(replace(run, checkpoint=checkpoint), make_executor(1))) as events:
        partings = (_parting(event, archive, RunReader(archive.run.run_id, store)) for event in events)
        return GoneOn(checkpoint.epoch, next(filter(None, partings), ""))


def _stopped(run: RunSpec, executor: Executor, run_id: str) -> Checkpoint | None:
    """Train a run up to the epoch that brings along the state of the one before, by which going on is proved."""
    epochs: list[Epoch] = []
    with closing(_events(run, executor)) as events:
        for event in events:
            if not isinstance(event, Epoch):
                continue
            epochs.append(event)
            if event.before and event.before.state:
                _, state = unpack(read_arrays(CHECKPOINT, event.before.state))
                return Checkpoint(run_id, tuple(epochs[:-1]), state, replace(event, before=None))
    return None


def _events(run: RunSpec, executor: Executor) -> Generator[Event, None, None]:
    try:
        executor.start(run)
        event: Event | None = None
        while not isinstance(event, Ending):
            for _, event in executor.wait(TICK_S):
                yield event
    finally:
        executor.close()


def _parting(event: Event, archive: Archive, reader: RunReader) -> str:
    """Say in what an event is not what the record has; empty if it is."""
    whole = len(archive.epochs)
    match event:
        case Resumed(error=error):
            return error
        case Epoch(number=number) if number > whole:
            return f"it has more than {whole} epochs"
        case Epoch(number=number):
            why = parting(archive.task, event, archive.epochs[number - 1])
            return why and f"epoch {number} came out otherwise ({why})"
        case Finished(arrays=left, metrics=metrics):
            arrays = (altered_arrays(f"{name}{ARRAYS}", reader.arrays(f"{name}{ARRAYS}"), left[name]) for name in left)
            found = chain(altered_metrics(METRICS, reader.metrics(), metrics, is_timed), chain.from_iterable(arrays))
            return next((f"what it returned came out otherwise ({one})" for one in found), "")
        case Pruned(error=error) | Failed(error=error) | Killed(error=error) | WorkerLost(error=error):
            return f"it ended: {error}"
    return ""
