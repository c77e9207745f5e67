"""Print what a function costs as a task beside its bare loop: python tests/benchmarks/foreign.py [--profile]

A function of one epoch and one of many, bare and as runs of a sweep in a worker, by turns in one sitting. What a run
costs is the difference of whole sweeps by the number of their runs; what an epoch costs, that of a long run by its
epochs. Three rooms are told apart: `execute` in this process, the same in a worker, and all of a sweep with a store.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from nnexp.recording.store import open_store
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.locate import read_place
from nnexp.tasks.function.task import FunctionTask
from nnexp.training.events import Ending
from nnexp.training.execute import execute
from nnexp.training.spec import RunSpec, make_spec

RUNS, EPOCHS, ROUNDS = 60, 2000, 5
MINE = """\
import numpy as np

def train(alpha: float = 0.1, epochs: int = 1, *, seed: int):
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal(1000)
    for epoch in range(epochs):
        weights -= alpha * weights
        yield {"val/loss": float(weights @ weights), "val/accuracy": rng.random()}
    return {"weights": weights}
"""

Timed = Callable[[int, int], float]  # seconds of so many runs of so many epochs


def bare(task: FunctionTask) -> Timed:
    """Time the function alone."""
    function = task.place.load().function

    def timed(runs: int, epochs: int) -> float:
        began = perf_counter()
        for seed in range(runs):
            for _ in function(epochs=epochs, seed=seed):
                pass
        return perf_counter() - began

    return timed


def here(task: FunctionTask) -> Timed:
    """Time the events of its runs in this process, which nobody keeps."""

    def timed(runs: int, epochs: int) -> float:
        specs = [_spec(task, number, epochs) for number in range(runs)]
        began = perf_counter()
        for spec in specs:
            for _ in execute(task, spec.values, spec.basis):
                pass
        return perf_counter() - began

    return timed


def worker(task: FunctionTask, executor: PoolExecutor) -> Timed:
    """Time them in a worker that is there already."""

    def timed(runs: int, epochs: int) -> float:
        specs = [_spec(task, number, epochs) for number in range(runs)]
        began = perf_counter()
        for spec in specs:
            executor.start(spec)
            while not any(isinstance(event, Ending) for _, event in executor.wait(1.0)):
                pass
        return perf_counter() - began

    return timed


def sweep(task: FunctionTask, folder: Path) -> Timed:
    """Time them in a sweep that is recorded, behind a run of one epoch, less a sweep of that run alone.

    So what is spent once is not counted: the worker begins, the plan is made, the sums are drawn up.
    """
    session = Session(open_store(print), task)
    done = [0]

    def once(runs: int, epochs: int) -> float:
        done[0] += 1
        jobs = [
            (number, _config(task, 1000 * done[0] + number, length), folder / str(done[0]) / str(number))
            for number, length in enumerate([1, *[epochs] * runs])
        ]
        plan = make_plan("foreign", task, jobs)
        began = perf_counter()
        swept = session.sweep(plan, Policy(jobs=1))
        seconds = perf_counter() - began
        assert swept.outcome
        assert len(swept.outcome.finished) == runs + 1
        return seconds

    return lambda runs, epochs: once(runs, epochs) - once(0, 1)


def _config(task: FunctionTask, seed: int, epochs: int) -> Any:
    return task.schema.parse_config({"seed": seed, "epochs": epochs})


def _spec(task: FunctionTask, number: int, epochs: int) -> RunSpec:
    return make_spec(task, _config(task, number, epochs), number=number)


def main() -> None:
    """Measure by turns, and print medians."""
    Path("mine.py").write_text(MINE)
    task = function_task(read_place("mine.py:train", Path()), {})
    executor = PoolExecutor(1)
    ways: dict[str, Timed] = {
        "bare": bare(task),
        "execute": here(task),
        "worker": worker(task, executor),
        "sweep": sweep(task, Path("out")),
    }
    ways["worker"](1, 1)  # which begins it
    ways["execute"](1, 1)
    runs: dict[str, list[float]] = {name: [] for name in ways}
    epochs: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, timed in ways.items():
            runs[name].append(timed(RUNS, 1) / RUNS)
            epochs[name].append(timed(1, EPOCHS) / EPOCHS)
    executor.close()
    print("            ms a run   ms an epoch   (medians of", ROUNDS, "rounds)")
    for name in ways:
        print(f"{name:8s}{1000 * median(runs[name]):12.3f}{1000 * median(epochs[name]):14.4f}")


def profile() -> None:
    """Print where the time of a sweep goes, in the process that launches it."""
    Path("mine.py").write_text(MINE)
    task = function_task(read_place("mine.py:train", Path()), {})
    timed = {"sweep": sweep(task, Path("out")), "execute": here(task)}
    for name, of in timed.items():
        of(1, 1)
        for runs, epochs in ((RUNS, 1), (1, EPOCHS)):
            with cProfile.Profile() as profiled:
                of(runs, epochs)
            print(f"\n{name}: {runs} runs of {epochs} epochs")
            pstats.Stats(profiled).sort_stats("cumulative").print_stats(32)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ |= {"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db", "NNEXP_STATE": f"{folder}/state"}
        profile() if "--profile" in sys.argv else main()
