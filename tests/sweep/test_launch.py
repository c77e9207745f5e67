"""The launch policy, above an executor that says what a test tells it to, and above one that really trains."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import psutil
import pytest

from nnexp.cli.find import find_sweep
from nnexp.core import EpochResult
from nnexp.errors import BusyError
from nnexp.recording.recorder import Recorder, new_recorder
from nnexp.sweep.estimate import Estimator
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.launch import Launch, Outcome
from nnexp.sweep.ledger import read_ledger
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import run_sweep
from nnexp.tasks.network.config import Config
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Status, Tag
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Killed, Started, WorkerLost
from nnexp.training.spec import RunSpec

Act = str | Callable[[], None]


class Scripted:
    """Ends each run as its seed's script says, one try after the other; a run without a script finishes."""

    def __init__(self, slots: int = 1, script: dict[int, list[Act]] | None = None) -> None:
        self.slots = slots
        self.script = script or {}
        self.running: dict[int, Iterator[Event]] = {}
        self.most = 0
        self.closed = self.stopped = False

    def start(self, number: int, config: Config) -> None:
        assert not self.stopped, "a run was started after stop"
        tries = self.script.get(config.seed, [])
        self.running[number] = self._events(config, tries.pop(0) if tries else "finish")
        self.most = max(self.most, len(self.running))

    def wait(self, seconds: float) -> list[tuple[int, Event]]:
        said = []
        for number, events in list(self.running.items()):
            event = Killed() if self.stopped else next(events, None)
            if event is not None:
                said.append((number, event))
            if isinstance(event, Ending):
                del self.running[number]
        return said

    def stop(self) -> None:
        self.stopped = True

    def kill(self, number: int, ending: Ending) -> None:
        self.running[number] = iter([ending])

    def close(self) -> None:
        self.closed = True

    def _events(self, config: Config, act: Act) -> Iterator[Event]:
        yield Started({})
        yield Epoch(EpochResult(1, 3.0, 0.5, None, None, 0.1, 0.1, "digest"), 0.2)
        if callable(act):
            act()
            yield Finished({}, {})
        elif act == "hang":
            while True:
                yield None  # type: ignore[misc]
        else:
            yield {"finish": Finished({}, {}), "fail": Failed("boom", "trace"), "vanish": WorkerLost("gone")}[act]


def launch(
    plan: Plan, policy: Policy, executor: Scripted, store: MemoryStore, diary, estimate: float | None = None
) -> Outcome:
    def recorder(run: RunSpec, attempt: int) -> Recorder:
        return new_recorder(run.prepared, run.folder.with_name(f"{run.number}-{attempt}"), store, say=diary.say)

    guess = (lambda run: estimate) if estimate is not None else None
    return Launch(executor, policy, recorder, diary, estimate=guess).run(plan.runs)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def statuses(store: MemoryStore) -> list[Status]:
    return [record.status for record in sorted(store.runs(), key=lambda record: record.run_id)]


def test_runs_start_in_order_and_never_more_than_the_slots(plan, store, diary):
    executor = Scripted(slots=3)
    outcome = launch(plan(seeds=7), Policy(), executor, store, diary)
    assert [line for line in diary.lines if line.startswith("start")] == [f"start {n}" for n in range(7)]
    assert (executor.most, len(outcome.finished), outcome.left, executor.closed) == (3, 7, [], True)
    assert statuses(store) == [Status.FINISHED] * 7


@pytest.mark.parametrize(
    ("tries", "policy", "wanted"),
    [
        (["fail"], Policy(), ["Failed 0"]),
        (["fail"], Policy(retries=1), ["Failed 0 again", "Finished 0"]),
        (["fail"] * 3, Policy(retries=2), ["Failed 0 again", "Failed 0 again", "Failed 0"]),
        (["vanish"], Policy(), ["WorkerLost 0 again", "Finished 0"]),
        (["vanish"] * 2, Policy(), ["WorkerLost 0 again", "WorkerLost 0"]),
        (["vanish"] * 3, Policy(retries=3), ["WorkerLost 0 again"] * 3 + ["Finished 0"]),
        (["vanish", "fail"], Policy(), ["WorkerLost 0 again", "Failed 0"]),
    ],
)
def test_retries(tries, policy, wanted, plan, store, diary):
    outcome = launch(plan(seeds=1), policy, Scripted(script={0: list(tries)}), store, diary)
    assert [line for line in diary.lines if not line.startswith("start")] == wanted
    assert len(outcome.finished) + len(outcome.failures) == 1
    assert len(store.runs()) == len(wanted)  # each try is a run of its own in the record


def test_a_retry_waits_until_the_others_had_their_turn(plan, store, diary):
    launch(plan(seeds=3), Policy(retries=1), Scripted(script={0: ["fail"]}), store, diary)
    assert [line for line in diary.lines if line.startswith("start")] == ["start 0", "start 1", "start 2", "start 0"]


@pytest.mark.parametrize(
    ("policy", "finished", "failures", "left"),
    [
        (Policy(), 3, 2, 0),
        (Policy(fail_fast=True), 1, 1, 3),
        (Policy(max_failures=1), 1, 1, 3),
        (Policy(max_failures=2), 2, 2, 1),
    ],
)
def test_failures_stop_what_the_policy_says(policy, finished, failures, left, plan, store, diary):
    executor = Scripted(script={1: ["fail"], 3: ["fail"]})
    outcome = launch(plan(seeds=5), policy, executor, store, diary)
    assert (len(outcome.finished), len(outcome.failures), len(outcome.left)) == (finished, failures, left)


def test_a_failure_names_the_run_its_last_epoch_the_error_and_its_folder(plan, store, diary):
    planned = plan(seeds=2)
    failure = launch(planned, Policy(), Scripted(script={1: ["fail"]}), store, diary).failures[0]
    assert (failure.name, failure.epoch, failure.error) == (planned.runs[1].name, 1, "boom")
    assert failure.folder.endswith("1-1")
    failed = store.runs(status=Status.FAILED)[0]
    assert failed.tags[Tag.REASON] == "boom"
    assert store.artifact(failed.run_id, "traceback.txt") == b"trace"


def test_a_run_that_takes_too_long_is_ended_and_not_tried_again(plan, store, diary):
    outcome = launch(plan(seeds=3), Policy(timeout=0.05), Scripted(slots=2, script={1: ["hang"]}), store, diary)
    assert len(outcome.finished) == 2
    assert [failure.error for failure in outcome.failures] == ["it took longer than timeout=0.05"]
    assert diary.lines.count("start 1") == 1


def test_nothing_is_started_that_would_pass_the_budget(plan, store, diary):
    outcome = launch(plan(seeds=3), Policy(budget="10s"), Scripted(), store, diary, estimate=11)
    assert (outcome.finished, len(outcome.left), store.runs()) == ([], 3, [])


def test_a_run_that_fits_the_budget_is_started_before_one_that_does_not(plan, store, diary):
    planned = plan({"epochs": 100}, {"epochs": 1}, {"epochs": 2})

    def recorder(run: RunSpec, attempt: int) -> Recorder:
        return new_recorder(run.prepared, run.folder, store, say=diary.say)

    policy = Policy(budget="50s")
    whole = Launch(Scripted(), policy, recorder, diary, estimate=lambda run: run.config.epochs)
    outcome = whole.run(planned.runs)
    assert [line for line in diary.lines if line.startswith("start")] == ["start 1", "start 2"]
    assert [run.number for run in outcome.left] == [0]


def test_a_budget_that_runs_out_while_it_is_looked_at_starts_nothing(plan, store, diary):
    """The clock goes on between two looks; what was affordable at the first need not be at the second."""
    left = iter([9.99, 1e9, 1e9])

    def recorder(run: RunSpec, attempt: int) -> Recorder:
        return new_recorder(run.prepared, run.folder, store, say=diary.say)

    guess = lambda run: next(left, 1e9)  # noqa: E731
    outcome = Launch(Scripted(), Policy(budget="10s"), recorder, diary, estimate=guess).run(plan(seeds=2).runs)
    assert len(outcome.finished) + len(outcome.left) == 2


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_one_signal_ends_in_good_order(number, status, plan, store, diary):
    executor = Scripted(slots=2, script={1: [lambda: os.kill(os.getpid(), number)]})
    outcome = launch(plan(seeds=6), Policy(), executor, store, diary)
    assert executor.stopped
    assert executor.closed
    assert (outcome.interrupted, outcome.exit_status) == (number, status)
    assert len(outcome.finished) + len(outcome.killed) + len(outcome.left) == 6
    assert len(outcome.left) >= 2
    assert store.runs(status=Status.RUNNING) == []


def test_a_signal_with_the_last_event_counts(plan, store, diary):
    executor = Scripted(script={0: [lambda: os.kill(os.getpid(), signal.SIGINT)]})
    outcome = launch(plan(seeds=1), Policy(), executor, store, diary)
    assert outcome.interrupted == signal.SIGINT


def test_a_worker_that_the_signal_itself_ended_is_killed_not_failed(plan, store, diary):
    class Group(Scripted):
        def stop(self) -> None:
            self.running = {number: iter([WorkerLost("ended by SIGTERM")]) for number in self.running}

    executor = Group(slots=2, script={0: [lambda: os.kill(os.getpid(), signal.SIGTERM)], 1: ["hang"]})
    outcome = launch(plan(seeds=4), Policy(), executor, store, diary)
    assert outcome.failures == []
    assert Status.FAILED not in statuses(store)
    assert Status.KILLED in statuses(store)


def test_two_signals_end_at_once(plan, store, diary):
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    executor = Scripted(slots=2, script={0: [twice], 1: ["hang"]})
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        launch(plan(seeds=3), Policy(), executor, store, diary)
    assert executor.closed
    assert statuses(store) == [Status.KILLED] * 2
    assert signal.getsignal(signal.SIGINT) is before


def sweep(planned: Plan, store: MemoryStore, diary, policy: Policy | None = None, executor=None):
    policy = policy or Policy()
    ledger = read_ledger(planned, store, fresh=policy.fresh)
    return run_sweep(planned, ledger, policy, store, executor or InProcessExecutor(), diary, Estimator())


def test_a_sweep_is_recorded_under_one_parent_and_reused(plan, store, diary):
    first = sweep(plan(seeds=3), store, diary)
    again = sweep(plan(seeds=3), store, diary)
    assert first.parent_id == again.parent_id
    assert [record.status for record in store.runs(Kind.SWEEP)] == [Status.FINISHED]
    assert len(store.runs()) == 3
    assert {record.parent_id for record in store.runs()} == {first.parent_id}
    assert len(again.outcome.finished) == 0


def test_a_run_of_another_sweep_is_reused_and_becomes_a_member(plan, store, diary):
    sweep(plan(seeds=2), store, diary)
    larger = plan(seeds=3)
    sweep(larger, store, diary)
    assert len(store.runs()) == 3
    assert len(store.runs(tags={Tag.member(larger.key): Tag.YES})) == 3
    assert len(store.runs(Kind.SWEEP)) == 2


def test_a_sweep_that_another_process_runs_is_left_to_it(plan, store, diary):
    sweep(plan(seeds=1), store, diary)
    [parent] = store.runs(Kind.SWEEP)
    neighbour = psutil.Process(os.getppid())
    by = f"{socket.gethostname()} {neighbour.pid} {neighbour.create_time():.2f}"
    store.log(parent.run_id, tags={Tag.OWNER: by})
    store.end(parent.run_id, Status.RUNNING, 0)
    with pytest.raises(BusyError, match=f"sweep tiny is being run already, by process {neighbour.pid}"):
        sweep(plan(seeds=1), store, diary)


def test_a_sweep_is_found_by_every_name_it_was_asked_for_and_the_last_launched_is_last(plan, store, diary):
    sweep(plan(seeds=1), store, diary)
    sweep(replace(plan(seeds=2), name="other"), store, diary)
    sweep(replace(plan(seeds=1), name="again"), store, diary)
    tiny, again, last = (find_sweep(store, name) for name in ("tiny", "again", None))
    assert tiny is not None
    assert tiny == again == last
    assert tiny != find_sweep(store, "other")


def test_fresh_trains_again(plan, store, diary):
    sweep(plan(seeds=2), store, diary)
    sweep(plan(seeds=2), store, diary, Policy(fresh=True))
    assert len(store.runs(status=Status.FINISHED)) == 4


@pytest.mark.parametrize(
    ("script", "policy", "status"),
    [
        ({}, Policy(), Status.FINISHED),
        ({0: ["fail"]}, Policy(), Status.FAILED),
        ({0: [lambda: os.kill(os.getpid(), signal.SIGINT)]}, Policy(), Status.KILLED),
        ({}, Policy(budget="0.000001"), Status.KILLED),
    ],
)
def test_how_a_parent_ends(script, policy, status, plan, store, diary):
    result = sweep(plan(seeds=2), store, diary, policy, Scripted(script=script))
    assert result.status is status
    assert store.runs(Kind.SWEEP)[0].status is status


def test_a_parent_is_closed_even_at_the_second_signal(plan, store, diary):
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        sweep(plan(seeds=2), store, diary, executor=Scripted(script={0: [twice]}))
    assert store.runs(None, status=Status.RUNNING) == []
    assert store.runs(Kind.SWEEP)[0].status is Status.KILLED


def test_seconds_are_counted(plan, store, diary):
    began = time.monotonic()
    outcome = launch(plan(seeds=1), Policy(), Scripted(), store, diary)
    assert 0 < outcome.seconds <= time.monotonic() - began
