"""Train one config and say how it goes. Writes nothing and tracks nothing: it runs in workers, which only compute."""

from __future__ import annotations

import hashlib
import json
import re
import traceback
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import count
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from nnexp.config.schema import THREADS
from nnexp.errors import ChangedError, NnexpError
from nnexp.measure import SECONDS, TOTAL
from nnexp.tasks.opened import opened_by
from nnexp.tasks.task import Files, Measured, Result, Task, is_foreign
from nnexp.training.checkpoint import Checkpoint
from nnexp.training.environment import environment
from nnexp.training.events import Changed, Ending, Epoch, Event, Failed, Finished, Pruned, Started
from nnexp.training.spec import Basis, basis_of

SHA256 = re.compile(r"[0-9a-f]{64}")

Execution = Generator[Event, Ending | None, None]


def execute(
    task: Task, values: Mapping[str, Any], basis: Basis | None = None, checkpoint: Checkpoint | None = None
) -> Execution:
    """Train with these settings, yielding an event at every turn; an exception becomes the event `Failed`.

    What is trained must be what was planned: where code or data are not those of `basis`, the run ends as `Changed`.
    From a `checkpoint` training goes on, after the epochs before it were said as they were then. Whoever sends an
    ending has the run end with it, and leave its state if it may be gone on with.
    """
    clock = _Clock(checkpoint)
    foreign = is_foreign(task)
    try:
        with opened_by(task.name).seen() if foreign else nullcontext():
            config = task.schema.parse_config(values)
        with (
            threadpool_limits(getattr(config, THREADS, 1), user_api=None if foreign else "blas"),
            opened_by(task.name).seen() if foreign else nullcontext(),
        ):
            started = Started(environment(foreign=foreign))
            with clock.stopped():
                told = yield started
                if basis and not told:
                    check(task, config, basis)
            yield from [told] if told else _train(task, config, clock, checkpoint)
    except Exception as error:
        yield failure(error)


class _Clock:
    """Counts the seconds of a run, but not those in which whoever listens to it does something else.

    Those that it took up to the checkpoint count as well: they are what its epochs cost.
    """

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        before = checkpoint.epochs[-1].metrics.get(TOTAL.name, 0.0) if checkpoint else 0.0
        self._began = perf_counter() - before

    def seconds(self) -> float:
        return perf_counter() - self._began

    @contextmanager
    def stopped(self) -> Iterator[None]:
        at = perf_counter()
        yield
        self._began += perf_counter() - at


def failure(error: Exception) -> Ending:
    """Describe an exception as the end of a run."""
    kind = "" if isinstance(error, NnexpError) else f"{type(error).__name__}: "
    ending = Changed if isinstance(error, ChangedError) else Failed
    return ending(f"{kind}{' '.join(str(error).split())}", traceback.format_exc())


def check(task: Task, config: Any, planned: Basis) -> None:
    """Refuse to train what is not what was planned.

    Raises
    ------
    ChangedError
        Code or data that are others by now.
    """
    examined = task.examine(config)
    found = basis_of(task, examined)
    if found.code != planned.code:
        raise ChangedError("the code that decides its numbers was changed after it was planned")
    if found.data != planned.data:
        source = examined.data.source if examined.data else "none"
        raise ChangedError(f"its data ({source}) were changed after it was planned")
    if found != planned:
        raise ChangedError("its settings mean something else to who trains it than to who planned it")


def _train(task: Task, config: Any, clock: _Clock, checkpoint: Checkpoint | None) -> Execution:
    for epoch in checkpoint.epochs if checkpoint else ():
        with clock.stopped():
            told = yield epoch
        if told:  # the run that left the checkpoint keeps it
            yield told
            return
    training = task.begin(config, checkpoint.state) if checkpoint else task.begin(config)
    measured: Measured | None = None
    for number in count(checkpoint.epoch + 1 if checkpoint else 1):
        try:
            measured = next(training)
        except StopIteration as end:
            yield _finished(task, end.value or Result(), measured)
            return
        metrics = _metrics(measured.metrics)
        epoch = Epoch(number, metrics | {TOTAL.name: clock.seconds()}, _digest(task, measured.digest, metrics))
        with clock.stopped():
            told = yield epoch
        if told:
            yield replace(told, state=_state(measured)) if isinstance(told, Pruned) else told
            return


def _finished(task: Task, result: Result, last: Measured | None) -> Finished:
    remarks = {str(name): str(text) for name, text in result.remarks.items()}
    return Finished(
        _files(result.arrays),
        remarks,
        state=_state(last),
        metrics=_metrics(result.metrics),
        pictures=dict(result.pictures),
        opened=_opened(task),
    )


def _opened(task: Task) -> dict[str, str]:
    return opened_by(task.name).digests(task.sources.root) if is_foreign(task) else {}


def _metrics(found: Mapping[str, float]) -> dict[str, float]:
    return {str(name): float(value) for name, value in found.items()}


def _state(measured: Measured | None) -> Files:
    return _files(measured.state()) if measured and measured.state else {}


def _files(found: Files) -> Files:
    return {str(name): _numbers(name, arrays) for name, arrays in found.items()}


def _digest(task: Task, digest: str, metrics: Mapping[str, float]) -> str:
    """Take the digest that the task gives; where it gives none, digest the epoch's metrics, less its times."""
    if SHA256.fullmatch(digest):
        return digest
    timed = {measure.name for measure in task.measures if measure.unit == SECONDS}
    exact = {name: value.hex() for name, value in metrics.items() if name not in timed}
    return hashlib.sha256((digest or json.dumps(exact, sort_keys=True)).encode()).hexdigest()


def _numbers(name: str, arrays: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Take arrays of numbers or text; objects could be kept by pickling alone."""
    taken = {str(each): np.asarray(array) for each, array in arrays.items()}
    for each, array in taken.items():
        if array.dtype.hasobject:
            raise TypeError(f"{each} of {name} must be an array of numbers or text, but holds objects")
    return taken
