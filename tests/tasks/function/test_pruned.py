"""A search prunes functions: it closes them at their yield, and keeps what they could go on from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.hydra.app import HydraApp, run_hydra
from nnexp.sweep.session import Session
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.locate import read_place
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Run, Tag
from tests.plans import Diary
from tests.tasks.function.conftest import Write

LEARNS = """\
    from pathlib import Path

    def train(lr: float, *, state=None, seed: int):
        epoch = state or 0
        try:
            while True:
                epoch += 1
                yield {"val/loss": (lr - 0.3) ** 2 + 1 / epoch}, epoch
        finally:
            with Path("closed.txt").open("a") as closed:
                closed.write(f"{lr} {epoch}\\n")
"""
TYPED = ("-m", "hydra/sweeper=search", "lr=interval(0,1)", "epochs=8", "hydra.sweeper.n_trials=9")


@pytest.mark.parametrize("pruner", ["median", "halving"])
def test_what_is_pruned_is_closed_and_not_the_best(write: Write, tmp_path: Path, pruner: str) -> None:
    write("mine.py", LEARNS)
    store = MemoryStore()
    task = function_task(read_place("mine.py:train", Path()), {"metric": "val/loss", "better": "low"})

    def open_session(task: Any, _: object) -> Session:
        return Session(store, task, Diary(), executor=lambda _: InProcessExecutor())

    run_hydra(HydraApp(task, open_session), [*TYPED, f"hydra.sweeper.pruner={pruner}"], print)
    runs = store.runs()
    pruned = [run for run in runs if Tag.PRUNED in run.tags]
    assert 0 < len(pruned) < len(runs) == 9
    closed = dict(line.split() for line in (tmp_path / "closed.txt").read_text().splitlines())
    assert {run.params["lr"]: str(epochs(run, store)) for run in runs} == closed
    assert all(Tag.STATE in run.tags for run in runs)
    assert min(runs, key=lambda run: abs(float(run.params["lr"]) - 0.3)) not in pruned


def epochs(run: Run, store: MemoryStore) -> int:
    return len(store.history([run.run_id], "val/loss")[run.run_id])
