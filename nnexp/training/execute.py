"""Train one config and say how it goes. Writes nothing and tracks nothing: it runs in workers, which only compute."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Iterator, Mapping
from itertools import count
from time import perf_counter
from typing import Any

from threadpoolctl import threadpool_limits

from nnexp.config.schema import THREADS
from nnexp.errors import NnexpError
from nnexp.measure import DOWN, SECONDS, Measure
from nnexp.tasks.task import Result, Task
from nnexp.training.environment import environment
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Started

TOTAL = Measure("time/total_s", SECONDS, DOWN)  # since the run started: measured here, for every task


def execute(task: Task, values: Mapping[str, Any]) -> Iterator[Event]:
    """Train with these settings, yielding an event at every turn; an exception becomes the event `Failed`."""
    began = perf_counter()
    try:
        config = task.schema.parse_config(values)
        with threadpool_limits(getattr(config, THREADS, 1), user_api="blas"):
            yield Started(environment())
            yield from _train(task, config, began)
    except Exception as error:
        yield failure(error)


def failure(error: Exception) -> Ending:
    """Describe an exception as the end of a run."""
    kind = "" if isinstance(error, NnexpError) else f"{type(error).__name__}: "
    return Failed(f"{kind}{' '.join(str(error).split())}", traceback.format_exc())


def _train(task: Task, config: Any, began: float) -> Iterator[Event]:
    training = task.begin(config)
    for number in count(1):
        try:
            measured = next(training)
        except StopIteration as end:
            result = end.value or Result()
            yield Finished(result.arrays, result.remarks)
            return
        metrics = {**measured.metrics, TOTAL.name: perf_counter() - began}
        yield Epoch(number, metrics, measured.digest or _digest(task, measured.metrics))


def _digest(task: Task, metrics: Mapping[str, float]) -> str:
    """Digest an epoch's metrics, less its times, where the task does not say what its state is."""
    timed = {measure.name for measure in task.measures if measure.unit == SECONDS}
    exact = {name: float(value).hex() for name, value in metrics.items() if name not in timed}
    return hashlib.sha256(json.dumps(exact, sort_keys=True).encode()).hexdigest()
