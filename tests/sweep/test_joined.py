"""A sweep that another process launches, joined: what it shares, and what is taken of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nnexp.errors import RecordError, TrackingError
from nnexp.recording.begin import new_recorder
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.joined import Joined
from nnexp.sweep.parent import close_parent, launching, open_parent
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.sweep.shared import LONGEST, SharedPlan, leave
from nnexp.sweep.turns import KeyTurns
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.claims import NoClaims
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Run, RunStart, Status, Tag
from nnexp.training.events import Ending, Killed
from nnexp.training.spec import RunSpec
from tests.plans import Diary, events_of

SHAPE = "36-5-3 on tiny epochs=3"


class Sweep:
    """A sweep that is launched, and never trains anything."""

    def __init__(self, plan: Plan, store: MemoryStore, *, known: int | None = None, closed: str = "") -> None:
        self.plan, self.store = plan, store
        self.shared = SharedPlan(plan.runs[:known], closed=closed)
        self._launching = launching(plan, store)
        self._launching.__enter__()
        self.parent_id = open_parent(plan, store, self.shared.tags)
        leave(self.shared, plan, self.parent_id, store)

    @property
    def record(self) -> Run:
        (found,) = self.store.runs(Kind.SWEEP)
        return found

    def end(self) -> None:
        close_parent(self.parent_id, Status.FINISHED, self.store, print, self.shared.tags)
        self.leave()

    def leave(self) -> None:
        self._launching.__exit__(None, None, None)

    def finish(self, run: RunSpec) -> None:
        tags = {Tag.KIND: Kind.RUN, Tag.KEY: run.key}
        self.store.end(self.store.create(RunStart(run.name, 1, tags=tags)), Status.FINISHED, 2)


class Ends(Diary):
    """Calls something back when a run has ended."""

    def __init__(self, then: Callable[[int], object]) -> None:
        super().__init__()
        self.then = then

    def ended(self, run: RunSpec, ending: Ending, *, again: bool) -> None:
        super().ended(run, ending, again=again)
        self.then(run.number)


class Clock:
    """A second passes whenever somebody looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def work(sweep: Sweep, diary: Diary, tmp_path: Path, **policy: object) -> list[str]:
    """Join, and give the names of what was trained, in order."""
    session = Session(sweep.store, NETWORK, diary, executor=lambda _: InProcessExecutor(), clock=Clock())
    joined, outcome = session.work(sweep.record, NETWORK, Policy(**policy), tmp_path / "joined")
    assert not joined.is_launched
    names = {run.key: run.name for run in sweep.plan.runs}
    return [names[key] for key in outcome.finished]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_the_last_runs_come_first_and_belong_to_the_sweep(store, plan, tmp_path):
    sweep = Sweep(plan(seeds=4), store)
    diary = Ends(lambda number: sweep.end() if number == 1 else None)
    assert work(sweep, diary, tmp_path) == [f"{SHAPE} seed={seed}" for seed in (3, 2, 1, 0)]
    runs = store.runs(status=Status.FINISHED)
    assert {run.key for run in runs} == {run.key for run in sweep.plan.runs}
    assert all(run.parent_id == sweep.parent_id and Tag.member(sweep.plan.key) in run.tags for run in runs)
    assert {text for name, text in sweep.record.tags.items() if name.startswith(Tag.PLAN)} == {""}


def test_what_others_train_or_have_finished_is_left_to_them(store, plan, tmp_path):
    sweep = Sweep(plan(seeds=4), store)
    first, second, third, _ = sweep.plan.runs
    KeyTurns(store, print).take(first)
    sweep.finish(third)
    sweep.finish(second)
    diary = Ends(lambda number: (sweep.finish(first), sweep.end()))
    assert work(sweep, diary, tmp_path) == [f"{SHAPE} seed=3"]
    assert diary.watched[0] == (1, 4)


def test_what_a_process_that_is_gone_was_training_is_taken_over(store, plan, tmp_path):
    sweep = Sweep(plan(seeds=2), store)
    other = KeyTurns(store, print)
    other.take(sweep.plan.runs[1])
    diary = Ends(lambda number: other.let_go(sweep.plan.runs[1]) if number == 1 else sweep.end())
    assert work(sweep, diary, tmp_path) == [f"{SHAPE} seed=0", f"{SHAPE} seed=1"]


def test_a_run_that_was_killed_goes_on_where_it_stood(store, plan, tmp_path):
    sweep = Sweep(plan(seeds=1, epochs=6), store)
    theirs = new_recorder(sweep.plan.runs[0], tmp_path / "theirs", store, say=print)
    for event in [*[*events_of(sweep.plan.runs[0].config)][:4], Killed()]:
        theirs.record(event)
    diary = Ends(lambda number: sweep.end())
    assert work(sweep, diary, tmp_path) == ["36-5-3 on tiny epochs=6 seed=0"]
    assert f"36-5-3 on tiny epochs=6 seed=0: goes on from epoch 1 of run {theirs.run_id[:8]}" in diary.lines


def test_runs_that_are_asked_for_later_are_taken_too(store, plan, tmp_path):
    sweep = Sweep(plan(seeds=3), store, known=1)

    def then(number: int) -> None:
        if number == 1:
            store.log(sweep.parent_id, tags=sweep.shared.more(sweep.plan.runs))
        if len(store.runs(status=Status.FINISHED)) == 3:
            sweep.end()

    diary = Ends(then)
    assert work(sweep, diary, tmp_path) == [f"{SHAPE} seed={seed}" for seed in (0, 2, 1)]
    assert (2, 3) in diary.watched


def test_without_its_launcher_no_more_is_taken(store, plan, tmp_path):
    sweep = Sweep(plan(seeds=4), store)
    diary = Ends(lambda number: sweep.leave() if number == 4 else None)
    assert work(sweep, diary, tmp_path) == [
        f"{SHAPE} seed=3",
        f"{SHAPE} seed=2",
    ]  # which had begun by then


def test_a_run_that_failed_is_left_to_the_launcher(store, plan, tmp_path):
    sweep = Sweep(plan({"eta": 1e300, "dtype": "float64", "epochs": 1}, {"eta": 3.0}), store)
    diary = Ends(lambda number: sweep.end() if number == 1 else None)
    trained = work(sweep, diary, tmp_path)
    assert len(trained) + sum(line.startswith("Failed") for line in diary.lines) == 2


class TestWhatIsShared:
    def test_many_runs_stand_in_tags_that_the_store_keeps_whole(self, store, plan, tmp_path):
        planned = plan(seeds=150)
        sweep = Sweep(planned, store)
        tags = [text for name, text in sweep.record.tags.items() if name.startswith(Tag.PLAN)]
        assert len(tags) > 2
        assert max(map(len, tags)) <= LONGEST
        joined = Joined(sweep.record, store, NETWORK, Diary(), tmp_path)
        assert [(run.key, run.name) for run in joined.left()] == [(run.key, run.name) for run in planned.runs]

    def test_a_run_with_settings_that_no_tag_holds_is_the_launchers_own(self, store, plan, tmp_path):
        stages = [[1, 0.25 + place / 1e9] for place in range(330)]
        sweep = Sweep(plan({"seed": 1}, {"eta": stages}), store)
        joined = Joined(sweep.record, store, NETWORK, Diary(), tmp_path)
        assert [run.name for run in joined.left()] == [f"{SHAPE} seed=1"]

    def test_a_launch_that_shares_nothing_says_why(self, store, plan, tmp_path):
        sweep = Sweep(plan(seeds=2), store, closed="it is a search")
        with pytest.raises(RecordError, match="sweep tiny shares no runs: it is a search"):
            Joined(sweep.record, store, NETWORK, Diary(), tmp_path)

    def test_an_earlier_launch_left_nothing_that_counts(self, store, plan, tmp_path):
        planned = plan(seeds=150)
        Sweep(planned, store).leave()
        sweep = Sweep(planned, store, known=2)
        assert len(Joined(sweep.record, store, NETWORK, Diary(), tmp_path).left()) == 2


class TestRefused:
    @pytest.fixture
    def sweep(self, store, plan) -> Sweep:
        return Sweep(plan(seeds=3), store)

    def altered(self, sweep: Sweep, number: int | None, **changes: object) -> Run:
        """Change what is shared: what all runs share, or the tag of a number."""
        name = Tag.planned(number) if number else Tag.PLAN
        lines = [json.loads(line) for line in sweep.record.tags[name].splitlines()]
        text = "\n".join(json.dumps(line | changes) for line in lines)
        return replace(sweep.record, tags={**sweep.record.tags, name: text})

    @pytest.mark.parametrize(
        ("number", "changes", "why"),
        [
            (None, {"code": "0" * 64}, "it was launched by an nnexp whose code trains otherwise"),
            (None, {"task": "linear"}, "sweep tiny trains the task 'linear', and not 'network'"),
            (None, {"settings": 3}, "what sweep tiny shares cannot be read"),
            (
                1,
                {"key": "0" * 64},
                f"{SHAPE} seed=0 and 2 more cannot be trained here: the data tiny are others here than",
            ),
            (1, {"settings": {"sed": 3}}, "cannot be trained here: there is no setting sed; did you mean seed"),
            (1, {"settings": {"dataset.path": "/gone.npz"}}, "cannot be trained here: .*/gone.npz"),
            (1, {"settings": {"dataset.path": "gone"}}, "dataset.path must be an absolute path"),
            (1, {"settings": 3}, "sweep tiny shares no runs"),
        ],
    )
    def test_what_cannot_be_trained_here_as_it_was_planned(self, number, changes, why, sweep, tmp_path):
        with pytest.raises(RecordError, match=why):
            Joined(self.altered(sweep, number, **changes), sweep.store, NETWORK, Diary(), tmp_path)

    def test_the_others_are_trained(self, sweep, tmp_path):
        lines = sweep.record.tags[Tag.planned(1)].splitlines()
        other = json.dumps(json.loads(lines[1]) | {"key": "0" * 64})
        record = replace(
            sweep.record, tags={**sweep.record.tags, Tag.planned(1): "\n".join([lines[0], other, lines[2]])}
        )
        diary = Diary()
        joined = Joined(record, sweep.store, NETWORK, diary, tmp_path)
        assert [run.name for run in joined.left()] == [
            f"{SHAPE} seed=0",
            f"{SHAPE} seed=2",
        ]
        assert diary.lines[0].startswith(f"{SHAPE} seed=1 cannot be trained here: ")

    def test_a_store_that_cannot_tell_who_trains_what(self, sweep, tmp_path):
        record = sweep.record
        sweep.store.claims = NoClaims()
        with pytest.raises(TrackingError, match="keeps no claims"):
            Joined(record, sweep.store, NETWORK, Diary(), tmp_path)


def test_where_artifacts_are_out_of_reach_the_figures_are_recorded(store, plan, tmp_path):
    sweep = Sweep(plan(seeds=1), store)
    store.artifact = lambda run_id, name: None
    diary = Ends(lambda _: sweep.end())
    assert work(sweep, diary, tmp_path) == [f"{SHAPE} seed=0"]
    (run,) = store.runs(status=Status.FINISHED)
    assert "final/test_accuracy" in run.metrics
    assert any("out of reach here" in line for line in diary.lines)
