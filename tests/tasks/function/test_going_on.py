"""A function goes on from a run of its that ended, if that is proved: by an epoch of it that comes out again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from nnexp.archive.run import read_archive
from nnexp.recording.files import CHECKPOINT
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.sweep.source import Decision, Planned
from nnexp.sweep.stopped import GoneOn, stop_and_go_on
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.locate import read_place
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Run
from nnexp.training.events import Epoch
from tests.plans import Diary
from tests.tasks.function.conftest import Write

WALK = """\
    import random

    def walk(forgets: bool = False, *, state=None, seed: int):
        here = state or {"place": 0.0, "draws": random.Random(seed).getstate()}
        draw = random.Random()
        draw.setstate(random.Random(7).getstate() if state and forgets else here["draws"])
        while True:
            here["place"] += draw.random()
            here["draws"] = draw.getstate()
            yield {"place": here["place"]}, here

    def own(epochs: int = 4, *, state=None, seed: int):
        for epoch in range(state or 0, epochs):
            yield {"place": epoch / epochs}, epoch + 1

    def late(*, state=None, seed: int):
        for epoch in range(state or 0, 4):
            yield {"left": float(state is None or epoch < 2)}, epoch + 1

    def at_last(*, state=None, seed: int):
        seen = 0
        for epoch in range(state or 0, 4):
            seen += 1
            yield {"place": epoch}, epoch + 1
        return {"seen": seen}
"""
Train = Callable[..., tuple[Run, list[str]]]


class Stopping(Planned):
    """Stops every run after its third epoch."""

    def hear(self, run: object, event: object) -> Decision:
        return Decision.STOP if isinstance(event, Epoch) and event.number == 3 else Decision.GO_ON


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def train(write: Write, store: MemoryStore, tmp_path: Path) -> Train:
    """Train a function of the file; give the record of the run, and what was said of going on."""
    write("mine.py", WALK)

    def train(function: str = "walk", *, stopping: bool = False, **settings: object) -> tuple[Run, list[str]]:
        task, diary = function_task(read_place(f"mine.py:{function}", Path()), {}), Diary()
        plan = make_plan("walks", task, [(0, task.schema.parse_config(settings), tmp_path / "out" / "0")])
        session = Session(store, task, diary, executor=lambda _: InProcessExecutor())
        session.sweep(plan, Policy(), Stopping if stopping else Planned)
        run = max(store.runs(), key=lambda one: one.started_at)
        return run, [line for line in diary.lines if " on from " in line]

    return train


def places(store: MemoryStore, runs: Sequence[Run]) -> list[list[float]]:
    histories = store.history([run.run_id for run in runs], "place")
    return [[value for _, value in histories[run.run_id]] for run in runs]


def test_a_longer_run_trains_the_last_epoch_of_the_shorter_one_again(store: MemoryStore, train: Train) -> None:
    short, _ = train(epochs=5)
    long, said = train(epochs=8)
    assert said == [f"walk epochs=8 seed=0: goes on from epoch 4 of run {short.run_id[:8]}"]
    [first, rest] = places(store, [short, long])
    assert (len(rest), rest[:5]) == (8, first)


def test_what_cannot_be_gone_on_with_exactly_is_trained_anew(store: MemoryStore, train: Train) -> None:
    short, _ = train(epochs=5, forgets=True)
    long, said = train(epochs=8, forgets=True)
    [line] = said
    told = f"seed=0: does not go on from run {short.run_id[:8]}: epoch 5 came out otherwise (place "
    assert line.startswith("walk ")
    assert told in line
    [first, rest] = places(store, [short, long])
    assert rest[:5] == first


@pytest.mark.parametrize("function", ["walk", "own"])
def test_a_pruned_one_goes_on_from_what_it_kept(store: MemoryStore, train: Train, function: str) -> None:
    pruned, _ = train(function, stopping=True, epochs=6)
    assert pruned.fate == "PRUNED"
    whole, said = train(function, epochs=6)
    [line] = said
    assert f"{function} epochs=6 seed=0: goes on from epoch " in line
    [first, rest] = places(store, [pruned, whole])
    assert (len(rest), rest[: len(first)]) == (6, first)


class TestStopped:
    """What `nnexp check` asks: is a run that is stopped on its way gone on with exactly?"""

    def ask(self, run: Run, store: MemoryStore, function: str) -> GoneOn:
        task = function_task(read_place(f"mine.py:{function}", Path()), {})
        return stop_and_go_on(read_archive(run, store, {task.name: task}), store, lambda _: InProcessExecutor())

    def test_one_whose_state_holds_all_of_it(self, store: MemoryStore, train: Train) -> None:
        run, _ = train(epochs=5)
        assert self.ask(run, store, "walk") == GoneOn(1)

    @pytest.mark.parametrize(
        ("settings", "told"),
        [
            ({"function": "walk", "forgets": True, "epochs": 5}, r"epoch 2 came out otherwise \(place .* instead of "),
            ({"function": "late"}, r"epoch 3 came out otherwise \(left 0.0 instead of 1.0\)"),
            ({"function": "at_last"}, r"what it returned came out otherwise \(metrics.json, seen: 4.0 was recorded"),
        ],
    )
    def test_one_whose_state_lacks_something(
        self, store: MemoryStore, train: Train, settings: dict[str, Any], told: str
    ) -> None:
        run, _ = train(**settings)
        found = self.ask(run, store, settings["function"])
        assert found.epoch == 1
        assert re.match(told, found.parting), found.parting

    def test_one_of_a_single_epoch(self, store: MemoryStore, train: Train) -> None:
        run, _ = train(epochs=1)
        assert self.ask(run, store, "walk") == GoneOn(0)


def test_where_no_longer_run_begins_alike_nothing_is_kept(store: MemoryStore, train: Train, tmp_path: Path) -> None:
    run, _ = train("own", epochs=5)
    assert store.artifact(run.run_id, CHECKPOINT) is None
    assert not [*tmp_path.rglob(CHECKPOINT)]
    assert train("own", epochs=6)[1] == []
