"""What `nnexp bench --full` launches to see how the cost of a sweep grows: runs of the book's settings, on workers."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from nnexp.benchmarks.growth import Launch
from nnexp.errors import UnfinishedError
from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore


def launcher(limit: int | None) -> Launch:
    """Give what launches a sweep over seeds and remembers nothing of it afterwards; Hydra and MLflow have no part.

    Raises
    ------
    UnfinishedError
        On launching: if a run failed, or the sweep was stopped.
    """

    def launch(runs: int, workers: int) -> float:
        with TemporaryDirectory() as folder:
            began = perf_counter()
            values = [{"seed": seed, "dataset": {"limit": limit}} for seed in range(runs)]
            jobs = [(n, SCHEMA.parse_config(each), Path(folder, str(n))) for n, each in enumerate(values)]
            swept = Session(MemoryStore(), NETWORK).sweep(make_plan("bench", NETWORK, jobs), Policy(jobs=workers))
            seconds = perf_counter() - began
        outcome = swept.outcome
        if outcome is None or len(outcome.finished) < runs:
            raise UnfinishedError("a sweep to be timed did not finish", (outcome and outcome.exit_status) or 1)
        return seconds

    return launch
