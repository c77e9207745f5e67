"""How long runs will take: from earlier runs of the same shape, or from what the task measures, now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from threadpoolctl import threadpool_limits

from nnexp.config.schema import EPOCHS, THREADS
from nnexp.measure import TOTAL
from nnexp.tasks.task import Task
from nnexp.tracking.records import Run
from nnexp.training.spec import RunSpec

START_S = 1.0  # until the first worker has imported what it needs
RECORD_S = 0.04  # for the one writer to record a run

Shape = tuple[str | None, ...]  # the values of the settings that change how long an epoch takes


class Estimator:
    """Estimates runs of one task, one measurement a shape."""

    def __init__(self, task: Task, earlier: Iterable[Run] = ()) -> None:
        self._shaping = [one.name for one in task.schema.settings.values() if one.costs]
        self._task = task
        measured: dict[Shape, list[float]] = defaultdict(list)
        for run in filter(lambda one: one.is_finished, earlier):
            epochs = run.params.get(EPOCHS, "")
            if TOTAL.name in run.metrics and epochs.isdigit() and self._is_of_task(run):
                measured[self._shape(run.params)].append(run.metrics[TOTAL.name] / int(epochs))
        self._epoch_s = {shape: median(seconds) for shape, seconds in measured.items()}

    def seconds(self, run: RunSpec) -> float:
        """Estimate one run: the epochs that it does not take over from its checkpoint."""
        shape = self._shape(run.params)
        if shape not in self._epoch_s:
            with threadpool_limits(getattr(run.config, THREADS, 1), user_api="blas"):
                self._epoch_s[shape] = self._task.epoch_seconds(run.config)
        return self._epoch_s[shape] * run.to_train

    def sweep_seconds(self, runs: Sequence[RunSpec], slots: int) -> float:
        """Estimate runs that share `slots` workers, begun in the order given."""
        busy_until = [START_S if runs else 0.0] * slots
        for run in runs:
            first = busy_until.index(min(busy_until))
            busy_until[first] += self.seconds(run)
        return max(busy_until) + RECORD_S * len(runs)

    def _is_of_task(self, run: Run) -> bool:
        return run.task == self._task.name

    def _shape(self, params: Mapping[str, str]) -> Shape:
        return tuple(params.get(name) for name in self._shaping)
