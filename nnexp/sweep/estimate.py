"""How long runs will take: from earlier runs of the same shape, or from learning on a few examples, now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from time import perf_counter

from threadpoolctl import threadpool_limits

from nnexp.config.schema import Config
from nnexp.errors import NnexpError
from nnexp.sweep.plan import PlannedRun
from nnexp.tasks.network.setup import begin, dataset_of
from nnexp.tracking.records import Run
from nnexp.training.spec import Prepared, params

SHAPE = (
    "hidden",
    "batch_size",
    "dtype",
    "cost",
    "freeze",
    "dataset.split",
    "dataset.limit",
    "dataset.name",
    "dataset.path",
    "threads",
)
CALIBRATION = 3000  # examples
CAUTIOUS = 0.01  # a learning rate that does not burst
START_S = 1.0  # until the first worker has imported what it needs
RECORD_S = 0.04  # for the one writer to record a run

Shape = tuple[str | None, ...]


class Estimator:
    """Estimates runs, one measurement a shape."""

    def __init__(self, earlier: Iterable[Run] = ()) -> None:
        measured: dict[Shape, list[float]] = defaultdict(list)
        for record in earlier:
            if "time/total_s" in record.metrics and record.params.get("epochs", "").isdigit():
                measured[_shape(record.params)].append(record.metrics["time/total_s"] / int(record.params["epochs"]))
        self._epoch_s = {shape: median(seconds) for shape, seconds in measured.items()}

    def seconds(self, prepared: Prepared) -> float:
        """Estimate one run."""
        shape = _shape(params(prepared.config))
        if shape not in self._epoch_s:
            self._epoch_s[shape] = calibrate(prepared.config)
        return self._epoch_s[shape] * prepared.config.epochs

    def sweep_seconds(self, runs: Sequence[PlannedRun], slots: int) -> float:
        """Estimate runs that share `slots` workers, begun in the order given."""
        busy_until = [START_S if runs else 0.0] * slots
        for run in runs:
            first = busy_until.index(min(busy_until))
            busy_until[first] += self.seconds(run.prepared)
        return max(busy_until) + RECORD_S * len(runs)


def calibrate(config: Config) -> float:
    """Measure an epoch in seconds: learn a little from a few thousand examples, evaluate in full; 0 if that fails."""
    try:
        return _measure(replace(config, eta=CAUTIOUS, lmbda=0.0))
    except (NnexpError, MemoryError):
        return 0.0  # the run itself will say what is wrong with it


def _measure(config: Config) -> float:
    full = dataset_of(config.dataset)
    n = min(CALIBRATION - CALIBRATION % config.batch_size or len(full.train), len(full.train))
    few = dataset_of(replace(config.dataset, limit=n))
    with threadpool_limits(config.threads, user_api="blas"):
        _, results = begin(replace(config, epochs=2, batch_size=min(config.batch_size, n)), few)
        next(results)  # the first epoch warms caches up
        began = perf_counter()
        result = next(results)
        rest = perf_counter() - began - result.epoch_s
    return result.epoch_s * len(full.train) / n + rest


def _shape(values: Mapping[str, str]) -> Shape:
    return tuple(values.get(name) for name in SHAPE)
