"""The task of a sweep that another process launches: found by its name or typed, never taken from the record."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nnexp.errors import DataError, RecordError
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.joined import Joined
from nnexp.sweep.plan import Plan, make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.sweep.shared_task import read_task, write_common
from nnexp.tasks.command.about import command_task
from nnexp.tasks.function import locate
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.locate import read_place
from nnexp.tasks.task import Task
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Run, Status, Tag
from nnexp.training.spec import RunSpec
from tests.plans import Diary
from tests.sweep.test_joined import Clock, Ends, Sweep

MINE = """\
from pathlib import Path

def train(alpha: float = 1.0, *, seed: int):
    size = len(Path("data.txt").read_text()) if Path("data.txt").exists() else 0
    yield {"val/odd": alpha + seed + size}
"""


@pytest.fixture(autouse=True)
def mine(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "mine.py").write_text(MINE)
    yield tmp_path / "mine.py"
    forget()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def forget() -> None:
    """Have the function imported anew, as another process does."""
    locate._LOADED.clear()
    sys.modules.pop("mine", None)


def function(**about: Any) -> Task:
    return function_task(read_place("mine.py:train", Path()), about)


def plan(task: Task, seeds: int = 2, **settings: Any) -> Plan:
    configs = [task.schema.parse_config({**settings, "seed": seed}) for seed in range(seeds)]
    return make_plan("mine", task, [(n, config, Path("out", str(n))) for n, config in enumerate(configs)])


def record(run: RunSpec) -> Run:
    """Give the record of a sweep that shares a run."""
    return Run("1a2b", "mine", Status.RUNNING, 1, None, {}, {}, {Tag.PLAN: write_common(run)})


def joined(sweep: Sweep, then: Callable[[int], object]) -> list[str]:
    """Join a sweep in a process of its own, as it were; give the names of what was trained."""
    forget()
    session = Session(sweep.store, function(), Ends(then), executor=lambda _: InProcessExecutor(), clock=Clock())
    there, outcome = session.work(sweep.record, read_task(sweep.record), Policy(), Path("joined"))
    assert not there.is_launched
    return [run.name for run in sweep.plan.runs if run.key in outcome.finished]


def test_a_function_is_found_by_its_name_and_judged_as_it_was_said_where_the_sweep_was_launched(
    store: MemoryStore,
) -> None:
    Path("data.csv").write_text("1,2")
    sweep = Sweep(plan(function(metric="val/odd", better="low", data="data.csv"), alpha=2.0), store)
    assert joined(sweep, lambda number: sweep.end() if number == 2 else None) == [
        "train alpha=2.0 seed=0",
        "train alpha=2.0 seed=1",
    ]
    runs = store.runs(status=Status.FINISHED)
    assert {run.metrics["final/val_odd"] for run in runs} == {2.0, 3.0}
    assert {run.tags[Tag.MEASURES].partition("]")[0] for run in runs} == {'{"val/odd":["","down","choose"'}


def test_its_data_may_lie_elsewhere() -> None:
    Path("there.csv").write_text("1,2")
    run = plan(function(data="there.csv")).runs[0]
    Path("there.csv").unlink()
    Path("here").mkdir()
    Path("here/there.csv").write_text("1,2")
    assert plan(read_task(record(run), data=[Path("here/there.csv")])).runs[0].key == run.key
    with pytest.raises(DataError, match=r"there is no .*there\.csv, which was named as data"):
        plan(read_task(record(run)))


def test_code_that_is_another_here_is_not_joined(store: MemoryStore, mine: Path) -> None:
    sweep = Sweep(plan(function()), store)
    mine.write_text(MINE.replace("alpha + seed", "alpha - seed"))
    told = r"sweep mine cannot be joined: the code of mine\.py:train, or the version of a package that it imports, is"
    with pytest.raises(RecordError, match=told):
        joined(sweep, lambda _: None)


def test_a_function_is_looked_for_in_this_folder_alone_unless_it_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = record(plan(function()).runs[0])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(RecordError, match=r"sweep mine cannot be joined here: .* looked for in this folder alone"):
        read_task(shared)
    typed = function_task(read_place("../mine.py:train", Path()), {})
    assert read_task(shared, typed).place == typed.place


class TestFilesThatItIsSeenToRead:
    """They are not in the key: the digest of what a finished run read is held against what lies here."""

    def finish(self, run: RunSpec, store: MemoryStore) -> None:
        Session(store, run.task, executor=lambda _: InProcessExecutor()).train(run)

    def test_where_they_are_others_nothing_is_trained(self, store: MemoryStore) -> None:
        Path("data.txt").write_text("there")
        sweep = Sweep(plan(function(), seeds=3), store)
        self.finish(sweep.plan.runs[1], store)
        Path("data.txt").write_text("here it is another")
        with pytest.raises(RecordError, match=r"data\.txt, which run .* of the sweep read, is another here"):
            joined(sweep, lambda _: None)
        assert len(store.runs()) == 1

    def test_what_was_finished_before_they_were_changed_is_the_launchers_own(self, store: MemoryStore) -> None:
        Path("data.txt").write_text("before")
        task = function()
        self.finish(plan(task).runs[0], store)
        Path("data.txt").write_text("changed since")
        assert looked_at(task, plan(task, seeds=3), store, left)[0] == ["train seed=1", "train seed=2"]


def test_jobs_of_an_application_are_its_own_commands(store: MemoryStore) -> None:
    jobs = plan(function())
    jobs = replace(jobs, runs=tuple(replace(run, task=function()) for run in jobs.runs))
    with pytest.raises(RecordError, match="sweep mine shares no runs: its runs are jobs of a Hydra application"):
        looked_at(function(), jobs, store, lambda sweep, _: read_task(sweep))


def left(sweep: Run, store: MemoryStore) -> list[str]:
    return [run.name for run in Joined(sweep, store, function(), Diary(), Path("joined")).left()]


def looked_at(task: Task, plan: Plan, store: MemoryStore, look: Callable[[Run, MemoryStore], Any]) -> list[Any]:
    """Sweep, and look at the sweep's own run whenever one of its runs has started."""
    seen = []

    class Looks(Diary):
        def started(self, run: RunSpec) -> None:
            (sweep,) = store.runs(Kind.SWEEP)
            seen.append(look(sweep, store))

    Session(store, task, Looks(), executor=lambda _: InProcessExecutor()).sweep(plan, Policy())
    return seen


class TestCommand:
    TYPED = ("python", "mine.py", "{alpha}", "{way}")

    @pytest.fixture
    def shared(self, mine: Path) -> Run:
        task = command_task({"command": self.TYPED, "metric": "loss", "better": "low"}, ["more"])
        config = task.schema.parse_config({"alpha": 1, "way": "x", "more": 3})
        return record(make_plan("mine", task, [(0, config, Path())]).runs[0])

    def test_it_is_not_run_from_the_record(self, shared: Run) -> None:
        again = r"nnexp work mine -- python mine\.py '\{alpha\}' '\{way\}'"
        for typed in (None, function(), command_task({"command": [*self.TYPED, "--more"]})):
            with pytest.raises(RecordError, match=f"sweep mine runs a command, .* type it: {again}"):
                read_task(shared, typed)

    def test_typed_again_it_is_as_it_was_said(self, shared: Run) -> None:
        task = read_task(shared, command_task({"command": self.TYPED}))
        assert [*task.schema.settings] == ["alpha", "way", "more", "seed", "threads"]
        assert [(one.name, one.better) for one in task.measures] == [("loss", "down")]
