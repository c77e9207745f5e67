"""Train one config and say how it goes. Writes nothing and tracks nothing: it runs in workers, which only compute."""

from __future__ import annotations

import hashlib
import json
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from nnexp.config.schema import THREADS
from nnexp.errors import ChangedError, NnexpError
from nnexp.measure import SECONDS, TOTAL
from nnexp.tasks.task import Result, Task
from nnexp.training.environment import environment
from nnexp.training.events import Changed, Ending, Epoch, Event, Failed, Finished, Started
from nnexp.training.spec import Basis, basis_of

SHA256 = re.compile(r"[0-9a-f]{64}")


def execute(task: Task, values: Mapping[str, Any], basis: Basis | None = None) -> Iterator[Event]:
    """Train with these settings, yielding an event at every turn; an exception becomes the event `Failed`.

    What is trained must be what was planned: where code or data are not those of `basis`, the run ends as `Changed`.
    """
    clock = _Clock()
    try:
        config = task.schema.parse_config(values)
        with threadpool_limits(getattr(config, THREADS, 1), user_api="blas"):
            started = Started(environment())
            with clock.stopped():
                yield started
                if basis:
                    _check(task, config, basis)
            yield from _train(task, config, clock)
    except Exception as error:
        yield failure(error)


class _Clock:
    """Counts the seconds of a run, but not those in which whoever listens to it does something else."""

    def __init__(self) -> None:
        self._began = perf_counter()

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


def _check(task: Task, config: Any, planned: Basis) -> None:
    examined = task.examine(config)
    found = basis_of(task, examined)
    if found.code != planned.code:
        raise ChangedError("the code that decides its numbers was changed after it was planned")
    if found.data != planned.data:
        source = examined.data.source if examined.data else "none"
        raise ChangedError(f"its data ({source}) were changed after it was planned")
    if found != planned:
        raise ChangedError("its settings mean something else to who trains it than to who planned it")


def _train(task: Task, config: Any, clock: _Clock) -> Iterator[Event]:
    training = task.begin(config)
    for number in count(1):
        try:
            measured = next(training)
        except StopIteration as end:
            result = end.value or Result()
            remarks = {str(name): str(text) for name, text in result.remarks.items()}
            yield Finished({name: _numbers(name, arrays) for name, arrays in result.arrays.items()}, remarks)
            return
        metrics = {str(name): float(value) for name, value in measured.metrics.items()}
        epoch = Epoch(number, metrics | {TOTAL.name: clock.seconds()}, _digest(task, measured.digest, metrics))
        with clock.stopped():
            yield epoch


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
