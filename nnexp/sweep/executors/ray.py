"""An executor on the nodes of a Ray cluster: one task of Ray's for each run, which streams what the run says.

Ray tries nothing again, which is for the launch policy alone, and ends every task when the launcher is gone. No disk is
shared: a run's data go to each node once, and are checked there; its results come back as events. Of a cluster that
lost its head Ray ends every process after a minute, the launcher's too; the same command then goes on with another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any
from uuid import uuid4

import ray
from ray import cloudpickle
from ray.exceptions import RayError, RayTaskError, TaskCancelledError
from ray.experimental import internal_kv as kv

from nnexp.errors import NnexpError
from nnexp.sweep.executors.executor import cannot_be_sent
from nnexp.sweep.executors.ray_cluster import connected, first_sentence
from nnexp.tasks.task import Sendable, Task
from nnexp.training.checkpoint import Checkpoint
from nnexp.training.events import Ending, Event, Failed, WorkerLost
from nnexp.training.execute import check, execute, failure
from nnexp.training.spec import Basis, RunSpec

AHEAD = 64  # events that a run may say before they are heard


@dataclass(frozen=True)
class Parcel:
    """Data that were packed: their SHA-256 (hex), and where Ray holds them for the nodes to fetch."""

    digest: str
    content: ray.ObjectRef[bytes]


@dataclass
class Running:
    """A run's task, where it looks after each epoch whether it is to end, and whether it has said anything yet."""

    task: ray.ObjectRefGenerator[Event]
    box: bytes
    begun: bool = False


class RayExecutor:
    """Runs each run as a task that Ray keeps some CPUs for, on a cluster or on one of this machine's own."""

    starting_s = inf  # others may be using the cluster's CPUs

    def __init__(self, slots: int, *, address: str | None = None, cpus: int = 1) -> None:
        self.slots = slots
        self._address, self._cpus = address, cpus
        self._running: dict[int, Running] = {}
        self._ended: list[tuple[int, Event]] = []
        self._sent: dict[str, Parcel] = {}  # by the digest of what the data are to a run
        self._connection = ExitStack()

    def start(self, run: RunSpec) -> None:
        """Begin a run, after its data if these were not sent before; the first one connects."""
        begin, box = self._begin, f"nnexp {uuid4()}".encode()
        try:
            parcel = self._parcel(run)
        except NnexpError as error:  # its data are not what they were when it was planned
            self._ended.append((run.number, failure(error)))
            return
        try:
            task = begin.remote(box, parcel, run.task, run.values, run.basis, run.checkpoint)
        except TypeError as error:
            raise cannot_be_sent(run.task, error.__cause__ or error) from error  # the cause is in one line
        self._running[run.number] = Running(task, box)

    def wait(self, seconds: float) -> list[tuple[int, Event]]:
        """Take an event of every run that has said any; a task that was lost is the end of its run."""
        events, self._ended = self._ended, []
        for number in self._heard(0 if events else seconds):
            running = self._running[number]
            event, running.begun = _next(running.task), True
            events.append((number, event))
            if isinstance(event, Ending):
                self._forget(number)
        return events

    def stop(self, number: int, ending: Ending) -> None:
        """Put the ending where the run looks after each epoch; one that waits for its CPUs yet ends at once."""
        if number in self._running and self._running[number].begun:
            kv._internal_kv_put(self._running[number].box, cloudpickle.dumps(ending))
        else:
            self.kill(number, ending)

    def kill(self, number: int, ending: Ending) -> None:
        """Kill the process that runs `number`."""
        if number in self._running:
            self._cancel(number)
            self._ended.append((number, ending))

    def close(self) -> None:
        """Kill whatever still runs, and disconnect."""
        for number in [*self._running]:
            self._cancel(number)
        self._sent.clear()
        self._connection.close()

    @cached_property
    def _begin(self) -> Any:
        """Connect, and give what begins a task."""
        self._connection.enter_context(connected(self._address, self.slots * self._cpus))
        options = {"max_retries": 0, "num_returns": "streaming", "_generator_backpressure_num_objects": AHEAD}
        return ray.remote(num_cpus=self._cpus, **options)(train)

    def _parcel(self, run: RunSpec) -> Parcel | None:
        """Have the data of a run where every node finds them: they are packed once, as they were planned."""
        if run.data is None or not isinstance(run.task, Sendable):
            return None
        if run.data.digest not in self._sent:
            check(run.task, run.config, run.basis)
            packed = run.task.pack(run.config)
            self._sent[run.data.digest] = Parcel(hashlib.sha256(packed).hexdigest(), ray.put(packed))
        return self._sent[run.data.digest]

    def _heard(self, seconds: float) -> list[int]:
        """Wait until a run says something, and list those that have."""
        numbers = {running.task: number for number, running in self._running.items()}
        if not numbers:
            return []
        ray.wait([*numbers], timeout=seconds)
        ready, _ = ray.wait([*numbers], num_returns=len(numbers), timeout=0)
        return [numbers[task] for task in ready]

    def _cancel(self, number: int) -> None:
        ray.cancel(self._running[number].task, force=True)
        self._forget(number)

    def _forget(self, number: int) -> None:
        kv._internal_kv_del(self._running.pop(number).box)


def train(
    box: bytes,
    parcel: Parcel | None,
    task: Task,
    values: Mapping[str, Any],
    basis: Basis,
    checkpoint: Checkpoint | None,
) -> Iterator[Event]:
    """Train a run, on whatever node, with the data that were sent."""
    try:
        if parcel and isinstance(task, Sendable):
            config = task.unpack(task.schema.parse_config(values), parcel.digest, lambda: ray.get(parcel.content))
            values = task.schema.values(config)
    except Exception as error:
        yield failure(error)
        return
    events = execute(task, values, basis, checkpoint)
    event = next(events)
    yield event
    while not isinstance(event, Ending):
        told = kv._internal_kv_get(box)
        event = events.send(cloudpickle.loads(told) if told else None)
        yield event


def _next(task: ray.ObjectRefGenerator[Event]) -> Event:
    """Take the next that a run has said, or what became of its task."""
    try:
        event: Event = ray.get(next(task))
    except StopIteration:
        return WorkerLost("its task ended without a result")
    except RayError as error:
        if isinstance(error, RayTaskError) and not isinstance(error, TaskCancelledError):  # it could not begin
            return Failed(f"a node of the Ray cluster cannot train it: {_last_line(error)}", str(error))
        return WorkerLost(f"Ray lost its task: {first_sentence(error)}")
    return event


def _last_line(error: BaseException) -> str:
    return str(error).strip().rpartition("\n")[2]
