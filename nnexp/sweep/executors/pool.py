"""An executor of worker processes on this machine, one pipe each.

No lock and no queue is shared between workers: a worker that is killed at whatever moment leaves a broken pipe behind,
and nothing that another worker waits for. Workers are spawned, not forked, so they share neither the launcher's
threads nor its database connections, and they never import what only the launcher needs. What one prints comes by a
pipe of its own, as events of the run that it is busy with. worker.py is the other end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pickle import PicklingError
from types import ModuleType

from nnexp.sweep.executors.executor import STARTING_S, cannot_be_sent
from nnexp.sweep.executors.printed import Output
from nnexp.sweep.executors.worker import LEAVES, work
from nnexp.training.events import Ending, Event, Printed, WorkerLost
from nnexp.training.spec import RunSpec

SPAWN = get_context("spawn")
WORKER = "nnexp-worker"  # what the process of a worker is called
GRACE_S = 5.0
HASHING = "PYTHONHASHSEED"  # the order of a set of texts would be left to chance


@dataclass(eq=False)
class Worker:
    """A process, the launcher's ends of its pipes, and the run that it is busy with."""

    process: SpawnProcess
    pipe: Connection
    output: Output
    number: int | None = None
    leaves: bool = False

    @property
    def pipes(self) -> list[Connection]:
        """What it may say something by."""
        return [self.pipe, *self.output.pipes]


class PoolExecutor:
    """Runs each run in one of `slots` worker processes, which are made when first needed and replaced when lost."""

    starting_s = STARTING_S

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._workers: list[Worker] = []
        self._ended: list[tuple[int, Event]] = []

    def start(self, run: RunSpec) -> None:
        """Begin a run in an idle worker, or in a new one."""
        if run.checkpoint:  # which may be more than a pipe holds until its worker has imported: let all do so at once
            for _ in range(self.slots - len(self._workers)):
                self._spawn()
        worker = next((w for w in self._workers if w.number is None and w.process.is_alive()), None) or self._spawn()
        worker.output.read(last=True)  # what came after the end of an earlier run is nobody's
        worker.number = run.number
        try:
            worker.pipe.send((run.task, run.values, run.basis, run.checkpoint))
        except OSError:  # it died while it was idle
            self._lose(worker)
            self.start(run)
        except (PicklingError, AttributeError, TypeError) as error:
            raise cannot_be_sent(run.task, error) from error

    def wait(self, seconds: float) -> list[tuple[int, Event]]:
        """Collect events from every pipe that has any, and an ending for every worker that is gone."""
        events, self._ended = self._ended, []
        ready = wait([pipe for w in self._workers for pipe in w.pipes], 0 if events else seconds)
        for worker in [w for w in self._workers if any(pipe in ready for pipe in w.pipes)]:
            said = self._printed(worker)  # which came before what it says now
            if worker.pipe in ready:
                said += self._receive(worker)
            if worker.number is not None:
                events += [(worker.number, event) for event in said]
            if any(isinstance(event, Ending) for event in said):
                worker.number = None
                if worker.leaves and worker in self._workers:
                    self._lose(worker)
        return events

    def stop(self, number: int, ending: Ending) -> None:
        """Write the ending into the run's pipe: its worker looks there after each epoch."""
        for worker in self._workers:
            if worker.number == number:
                self._tell(worker, ending)

    def kill(self, number: int, ending: Ending) -> None:
        """Kill the worker that runs `number`; the next run gets a new one."""
        for worker in [w for w in self._workers if w.number == number]:
            worker.process.kill()
            printed = self._lose(worker)
            self._ended += [(number, event) for event in (*printed, ending)]

    def close(self) -> None:
        """Dismiss the idle workers and kill the busy ones."""
        for worker in list(self._workers):
            if worker.number is None:
                self._tell(worker, None)
            else:
                worker.process.kill()
            self._lose(worker)

    def _spawn(self) -> Worker:
        ours, theirs = SPAWN.Pipe()
        output, prints = SPAWN.Pipe(duplex=False)
        process = SPAWN.Process(target=work, args=(theirs, prints), name=WORKER, daemon=True)
        with _interrupts_blocked(), _main_hidden(), _hashing_fixed():
            process.start()
        theirs.close()  # so that our end breaks when the worker is gone
        prints.close()
        worker = Worker(process, ours, Output(output))
        self._workers.append(worker)
        return worker

    def _receive(self, worker: Worker) -> list[Event]:
        try:
            event: Event | str = worker.pipe.recv()
        except (EOFError, OSError):
            return [*self._lose(worker), WorkerLost(_cause(worker.process))]
        if isinstance(event, str):
            worker.leaves = event == LEAVES
            return []
        return [*self._printed(worker, last=True), event] if isinstance(event, Ending) else [event]

    def _printed(self, worker: Worker, *, last: bool = False) -> list[Event]:
        text = worker.output.read(last=last)
        return [Printed(text)] if text else []

    def _tell(self, worker: Worker, message: Ending | None) -> None:
        try:
            worker.pipe.send(message)
        except OSError:
            return  # it is gone, and `wait` will say so

    def _lose(self, worker: Worker) -> list[Event]:
        """Let go of a worker, and give what it has printed last."""
        self._workers.remove(worker)
        worker.process.join(GRACE_S)  # its pipe breaks a moment before it has exited
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        printed = self._printed(worker, last=True)
        worker.output.close()
        return printed


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Have a new process begin with Ctrl-C blocked, so that one that comes while it imports does not end it."""
    resource_tracker.ensure_running()  # which would be started with the first worker, and unblock
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Have a new process not run the script again from which this one was started, as multiprocessing would."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _hashing_fixed() -> Iterator[None]:
    """Have a new process, and those that it makes, put sets of texts in the same order each time, unless told how."""
    fixed = HASHING not in os.environ
    os.environ.setdefault(HASHING, "0")
    try:
        yield
    finally:
        if fixed:
            del os.environ[HASHING]


def _cause(process: SpawnProcess) -> str:
    code = process.exitcode
    if code is not None and code < 0:
        known = {number.value: number.name for number in signal.Signals}
        return f"the worker was ended by {known.get(-code, f'signal {-code}')}"
    return f"the worker exited with status {code}"
