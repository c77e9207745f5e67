"""How long runs will take: from earlier runs of the same shape, or from what their task measures, now."""

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
    """Estimates runs, one measurement a shape."""

    def __init__(self, earlier: Iterable[Run] = ()) -> None:
        self._earlier = [run for run in earlier if run.is_finished and TOTAL.name in run.metrics]
        self._epoch_s: dict[str, dict[Shape, float]] = {}  # by task

    def seconds(self, run: RunSpec) -> float:
        """Estimate one run: the epochs that it does not take over from its checkpoint."""
        if run.task.name not in self._epoch_s:
            self._epoch_s[run.task.name] = self._measured(run.task)
        known, shape = self._epoch_s[run.task.name], _shape(run.task, run.params)
        if shape not in known:
            with threadpool_limits(getattr(run.config, THREADS, 1), user_api="blas"):
                known[shape] = run.task.epoch_seconds(run.config)
        return known[shape] * run.to_train

    def _measured(self, task: Task) -> dict[Shape, float]:
        """Give what an epoch took in earlier runs of a task; a run that does not say how many it has is one."""
        found: dict[Shape, list[float]] = defaultdict(list)
        for run in self._earlier:
            epochs = run.params.get(EPOCHS, "1")
            if run.task == task.name:
                seconds = run.metrics[TOTAL.name] / (int(epochs) if epochs.isdigit() else 1)
                found[_shape(task, run.params)].append(seconds)
        return {shape: median(seconds) for shape, seconds in found.items()}

    def sweep_seconds(self, runs: Sequence[RunSpec], slots: int) -> float:
        """Estimate runs that share `slots` workers, begun in the order given."""
        busy_until = [START_S if runs else 0.0] * slots
        for run in runs:
            first = busy_until.index(min(busy_until))
            busy_until[first] += self.seconds(run)
        return max(busy_until) + RECORD_S * len(runs)


def _shape(task: Task, params: Mapping[str, str]) -> Shape:
    return tuple(params.get(one.name) for one in task.schema.settings.values() if one.costs)
