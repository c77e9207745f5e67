"""An executor of worker processes on this machine, one pipe each.

No lock and no queue is shared between workers: a worker that is killed at whatever moment leaves a broken pipe behind,
and nothing that another worker waits for. Workers are spawned, not forked, so they share neither the launcher's
threads nor its database connections, and they never import what only the launcher needs.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import current_process, get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pickle import PicklingError
from types import ModuleType
from typing import Any

from nnexp.sweep.executors.executor import STARTING_S, cannot_be_sent
from nnexp.tasks.task import Task
from nnexp.training.checkpoint import Checkpoint
from nnexp.training.events import Ending, Event, WorkerLost
from nnexp.training.execute import execute, failure
from nnexp.training.spec import Basis, RunSpec

SPAWN = get_context("spawn")
WORKER = "nnexp-worker"  # what the process of a worker is called
GRACE_S = 5.0


@dataclass
class Worker:
    """A process, the launcher's end of its pipe, and the run that it is busy with."""

    process: SpawnProcess
    pipe: Connection
    number: int | None = None


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
        ready = wait([w.pipe for w in self._workers], 0 if events else seconds)
        for worker in [w for w in self._workers if w.pipe in ready]:
            event = self._receive(worker)
            if event is None:
                continue
            number, ended = worker.number, isinstance(event, Ending)
            if number is not None:
                events.append((number, event))
            if ended:
                worker.number = None
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
            self._lose(worker)
            self._ended.append((number, ending))

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
        process = SPAWN.Process(target=work, args=(theirs,), name=WORKER, daemon=True)
        with _interrupts_blocked(), _main_hidden():
            process.start()
        theirs.close()  # so that our end breaks when the worker is gone
        worker = Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _receive(self, worker: Worker) -> Event | None:
        try:
            event: Event = worker.pipe.recv()
        except (EOFError, OSError):
            self._lose(worker)
            return WorkerLost(_cause(worker.process))
        return event

    def _tell(self, worker: Worker, message: Ending | None) -> None:
        try:
            worker.pipe.send(message)
        except OSError:
            return  # it is gone, and `wait` will say so

    def _lose(self, worker: Worker) -> None:
        self._workers.remove(worker)
        worker.process.join(GRACE_S)  # its pipe breaks a moment before it has exited
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()


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


def work(pipe: Connection) -> None:
    """Run what comes down the pipe until the launcher hangs up, which includes that it died.

    Ctrl-C reaches the whole process group; what becomes of the runs is for the launcher alone to decide.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # what is trained may have processes
    try:
        while (message := _receive(pipe)) is not None:
            if isinstance(message, tuple):  # a request to stop that came after the last epoch is void
                _run(message, pipe)
    except (EOFError, OSError):
        return


def _receive(pipe: Connection) -> Any:
    """Take what comes down the pipe; a task that cannot be imported here fails its run, not this process."""
    while True:
        try:
            return pipe.recv()
        except (EOFError, OSError):
            raise
        except Exception as error:
            pipe.send(failure(error))


def _run(told: tuple[Task, Mapping[str, Any], Basis, Checkpoint | None], pipe: Connection) -> None:
    events = execute(*told)
    event = next(events)
    pipe.send(event)
    while not isinstance(event, Ending):
        event = events.send(pipe.recv() if pipe.poll() else None)  # the ending that it is told to stop with
        pipe.send(event)


def _cause(process: SpawnProcess) -> str:
    code = process.exitcode
    if code is not None and code < 0:
        known = {number.value: number.name for number in signal.Signals}
        return f"the worker was ended by {known.get(-code, f'signal {-code}')}"
    return f"the worker exited with status {code}"
