"""The launch policy, above an executor that says what a test tells it to, and above one that really trains.

Hours pass in milliseconds: the clock is handed in.
"""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
import pytest

from nnexp.comparison.compare import compare
from nnexp.errors import BusyError, TrackingError
from nnexp.recording.begin import new_recorder
from nnexp.recording.recorder import Recorder
from nnexp.sweep.executors.executor import Executor
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.find import find_sweep
from nnexp.sweep.launch import Launch
from nnexp.sweep.ledger import read_ledger
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.sweep.source import Decision, Planned, Source
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.claims import NoClaims
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Status, Tag, newest_finished, sweep_claim
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Killed, Pruned, Started, WorkerLost
from nnexp.training.spec import RunSpec

HOUR = 3600.0
MINUTE = 60.0

Act = str | float | Callable[[], None]  # how a try ends, how many seconds it takes, or what it does before it finishes


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Scripted:
    """Ends each run as its seed's script says, one try after the other; a run without a script finishes.

    While nothing is said, a minute passes.
    """

    starting_s = MINUTE

    def __init__(self, slots: int = 1, script: dict[int, list[Act]] | None = None, epochs: int = 1) -> None:
        self.slots = slots
        self.script = script or {}
        self.epochs = epochs
        self.clock = Clock()
        self.running: dict[int, Iterator[Event | None]] = {}
        self.most = 0
        self.closed = False
        self.stops: dict[int, Ending] = {}

    def start(self, run: RunSpec) -> None:
        assert not any(isinstance(ending, Killed) for ending in self.stops.values()), "a run was started after Ctrl-C"
        tries = self.script.get(run.config.seed, [])
        self.running[run.number] = self._events(run, tries.pop(0) if tries else "finish")
        self.most = max(self.most, len(self.running))

    def wait(self, seconds: float) -> list[tuple[int, Event]]:
        said = []
        for number, events in list(self.running.items()):
            event = self.stops.pop(number, None) or next(events, None)
            if event is not None:
                said.append((number, event))
            if isinstance(event, Ending):
                del self.running[number]
        if not said:
            self.clock.now += MINUTE
        return said

    def stop(self, number: int, ending: Ending) -> None:
        assert number in self.running
        self.stops[number] = ending

    def kill(self, number: int, ending: Ending) -> None:
        self.running[number] = iter([ending])

    def close(self) -> None:
        self.closed = True

    def _events(self, run: RunSpec, act: Act) -> Iterator[Event | None]:
        yield Started({})
        for number in range(1, self.epochs + 1):
            reached = 1 - 1 / (number + 1 + run.config.seed)  # later seeds are better
            yield Epoch(number, {"train/cost": 0.5, "val/accuracy": reached, "time/total_s": 0.2}, "d" * 64)
        if callable(act):
            act()
            yield Finished({})
        elif isinstance(act, float):
            until = self.clock() + act
            while self.clock() < until:
                yield None
            yield Finished({})
        elif act == "hang":
            while True:
                yield None
        else:
            yield {"finish": Finished({}), "fail": Failed("boom", "trace"), "vanish": WorkerLost("gone")}[act]


def launch(
    runs: Plan | Source, policy: Policy, executor: Scripted, store: MemoryStore, diary, estimate: float | None = None
) -> Outcome:
    def recorder(run: RunSpec, attempt: int) -> Recorder:
        return new_recorder(run, run.folder.with_name(f"{run.number}-{attempt}"), store, say=diary.say)

    guess = (lambda run: estimate) if estimate is not None else None
    source = Planned(runs.runs) if isinstance(runs, Plan) else runs
    return Launch(executor, policy, recorder, diary, estimate=guess, clock=executor.clock).run(source)


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
    script = {0: [1.9 * HOUR], 1: ["hang"], 2: [1.9 * HOUR]}
    outcome = launch(plan(seeds=3), Policy(timeout="2h"), Scripted(slots=2, script=script), store, diary)
    assert len(outcome.finished) == 2
    assert [failure.error for failure in outcome.failures] == ["it took longer than timeout=2h"]
    assert diary.lines.count("start 1") == 1
    assert 3.8 * HOUR <= outcome.seconds < 4 * HOUR


@pytest.mark.parametrize(("minutes", "finished"), [(1, 1), (2, 0)])
def test_a_worker_has_a_minute_to_start_that_does_not_count(minutes, finished, plan, store, diary):
    class Slow(Scripted):
        def _events(self, run: RunSpec, act: Act) -> Iterator[Event | None]:
            yield from [None] * minutes
            yield from super()._events(run, act)

    outcome = launch(plan(seeds=1), Policy(timeout="50s"), Slow(script={0: [0.0]}), store, diary)
    assert len(outcome.finished) == finished
    assert len(outcome.failures) == 1 - finished


def test_every_try_has_the_whole_time(plan, store, diary):
    class Tiring(Scripted):
        """Fails after an hour and a half."""

        def _events(self, run: RunSpec, act: Act) -> Iterator[Event | None]:
            *events, end = super()._events(run, act)
            yield from [*events, *[None] * 90, end]

    executor = Tiring(script={0: ["fail", "fail", "finish"]})
    outcome = launch(plan(seeds=1), Policy(timeout="2h", retries=2), executor, store, diary)
    assert (len(outcome.finished), outcome.failures) == (1, [])
    assert outcome.seconds >= 4.5 * HOUR


def test_nothing_is_started_that_would_pass_the_budget(plan, store, diary):
    outcome = launch(plan(seeds=3), Policy(budget="10s"), Scripted(), store, diary, estimate=11)
    assert (outcome.finished, len(outcome.left), store.runs()) == ([], 3, [])


def test_a_run_that_fits_the_budget_is_started_before_one_that_does_not(plan, store, diary):
    planned = plan({"epochs": 100}, {"epochs": 1}, {"epochs": 2})

    def recorder(run: RunSpec, attempt: int) -> Recorder:
        return new_recorder(run, run.folder, store, say=diary.say)

    policy = Policy(budget="50s")
    whole = Launch(Scripted(), policy, recorder, diary, estimate=lambda run: run.config.epochs)
    outcome = whole.run(Planned(planned.runs))
    assert [line for line in diary.lines if line.startswith("start")] == ["start 1", "start 2"]
    assert [run.number for run in outcome.left] == [0]


def test_what_has_passed_counts_against_the_budget(plan, store, diary):
    executor = Scripted(slots=2, script={seed: [4 * HOUR] for seed in range(9)})
    outcome = launch(plan(seeds=9), Policy(budget="10h"), executor, store, diary, estimate=4 * HOUR)
    assert len(outcome.finished) == 4  # after eight hours, four more do not fit
    assert [run.number for run in outcome.left] == [4, 5, 6, 7, 8]
    assert 8 * HOUR <= outcome.seconds < 8.2 * HOUR


def test_a_run_is_tried_again_only_within_the_budget(plan, store, diary):
    class Late(Scripted):
        def _events(self, run: RunSpec, act: Act) -> Iterator[Event | None]:
            *events, end = super()._events(run, act)
            yield from [*events, *[None] * 240, end]

    outcome = launch(
        plan(seeds=1), Policy(budget="7h", retries=5), Late(script={0: ["fail"]}), store, diary, estimate=4 * HOUR
    )
    assert (outcome.finished, outcome.failures, [run.number for run in outcome.left]) == ([], [], [0])
    assert diary.lines == ["start 0", "Failed 0 again"]


def test_a_budget_that_runs_out_while_it_is_looked_at_starts_nothing(plan, store, diary):
    """The clock goes on between two looks; what was affordable at the first need not be at the second."""
    executor = Scripted()

    def guess(run: RunSpec) -> float:
        executor.clock.now += 6.0
        return 3.0

    def recorder(run: RunSpec, attempt: int) -> Recorder:
        return new_recorder(run, run.folder, store, say=diary.say)

    whole = Launch(executor, Policy(budget="10s"), recorder, diary, estimate=guess, clock=executor.clock)
    outcome = whole.run(Planned(plan(seeds=3).runs))
    assert [line for line in diary.lines if line.startswith("start")] == ["start 0"]
    assert (len(outcome.finished), [run.number for run in outcome.left]) == (1, [1, 2])


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_one_signal_ends_in_good_order(number, status, plan, store, diary):
    executor = Scripted(slots=2, script={1: [lambda: os.kill(os.getpid(), number)]})
    outcome = launch(plan(seeds=6), Policy(), executor, store, diary)
    assert executor.closed
    assert diary.lines.count("runs end at their next epoch; once more ends them at once") == 1
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
        def stop(self, number: int, ending: Ending) -> None:
            self.running[number] = iter([WorkerLost("ended by SIGTERM")])

    executor = Group(slots=2, script={0: [lambda: os.kill(os.getpid(), signal.SIGTERM)], 1: ["hang"]})
    outcome = launch(plan(seeds=4), Policy(), executor, store, diary)
    assert outcome.failures == []
    assert Status.FAILED not in statuses(store)
    assert Status.KILLED in statuses(store)


def test_outside_of_the_main_thread_no_signal_is_waited_for(plan, store, diary):
    with ThreadPoolExecutor(1) as thread:
        outcome = thread.submit(launch, plan(seeds=2), Policy(), Scripted(), store, diary).result()
    assert len(outcome.finished) == 2


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


def test_a_signal_before_the_first_run_is_not_lost(plan, store, diary, monkeypatch):
    """It may come while the store is being opened, in code of others that would swallow an exception."""
    create = store.create

    def create_and_interrupt(run):
        os.kill(os.getpid(), signal.SIGINT)
        return create(run)

    monkeypatch.setattr(store, "create", create_and_interrupt)
    swept = Session(store, NETWORK, diary, executor=lambda slots: Scripted(slots)).sweep(plan(seeds=3), Policy())
    assert (swept.outcome.interrupted, len(swept.outcome.left)) == (signal.SIGINT, 3)
    assert [run.status for run in store.runs(None)] == [Status.KILLED]


@pytest.mark.parametrize("name", ["create", "log", "save", "end"])
def test_a_second_signal_lets_what_is_being_written_be_written(name, plan, store, diary, monkeypatch):
    """The store would be left with a run that has ended in its folder and goes on there, or with its lock taken."""
    write, signals = getattr(store, name), iter([2])

    def write_and_interrupt(*arguments, **options):
        for _ in range(next(signals, 0)):
            os.kill(os.getpid(), signal.SIGINT)
        return write(*arguments, **options)

    monkeypatch.setattr(store, name, write_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        launch(plan(seeds=3), Policy(), Scripted(slots=2, epochs=3), store, diary)
    assert Status.RUNNING not in statuses(store)


def test_a_third_signal_does_not_wait_for_a_store_that_hangs(plan, store, diary, monkeypatch):
    def hang(*arguments, **options):
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("the third signal waited")

    monkeypatch.setattr(store, "create", hang)
    executor = Scripted()
    with pytest.raises(KeyboardInterrupt):
        launch(plan(seeds=1), Policy(), executor, store, diary)
    assert executor.closed


def test_a_second_signal_waits_for_a_store_that_hangs_for_a_moment_alone(plan, store, diary, monkeypatch):
    def hang(*arguments, **options):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        while True:  # until the alarm that the second one has set
            time.sleep(0.1)

    monkeypatch.setattr("nnexp.sweep.interrupt.PATIENCE_S", 0.05)
    monkeypatch.setattr(store, "create", hang)
    executor = Scripted()
    with pytest.raises(KeyboardInterrupt):
        launch(plan(seeds=1), Policy(), executor, store, diary)
    assert executor.closed
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


class Endless(Planned):
    """Runs that come one at a time: the next is known when the one before has ended."""

    def __init__(self, runs: Sequence[RunSpec]) -> None:
        super().__init__(runs)
        self.heard: list[tuple[int, type]] = []
        self._busy = False

    def next(self) -> RunSpec | None:
        if self._busy:
            return None
        run = super().next()
        self._busy = run is not None
        return run

    def hear(self, run: RunSpec, event: Event) -> Decision:
        self.heard.append((run.number, type(event)))
        self._busy = self._busy and not isinstance(event, Ending)
        return Decision.GO_ON


class Choosy(Planned):
    """Stops what has not reached so much after so many epochs."""

    def __init__(self, runs: Sequence[RunSpec], *, after: int, wanted: float) -> None:
        super().__init__(runs)
        self.after, self.wanted = after, wanted
        self.heard: list[tuple[int, type]] = []

    def hear(self, run: RunSpec, event: Event) -> Decision:
        self.heard.append((run.number, type(event)))
        late = isinstance(event, Epoch) and event.number >= self.after and event.metrics["val/accuracy"] < self.wanted
        return Decision.STOP if late else Decision.GO_ON


class TestSources:
    def test_one_that_waits_for_an_ending_is_asked_again(self, plan, store, diary):
        executor = Scripted(slots=3)
        source = Endless(plan(seeds=4).runs)
        outcome = launch(source, Policy(), executor, store, diary)
        assert (executor.most, len(outcome.finished), outcome.left) == (1, 4, [])
        assert source.heard == [(n, kind) for n in range(4) for kind in (Started, Epoch, Finished)]

    def test_it_may_know_more_runs_by_then(self, plan, store, diary):
        class Adding(Endless):
            def hear(self, run: RunSpec, event: Event) -> Decision:
                if isinstance(event, Finished) and run.number == 0:
                    self._waiting.extend(more)
                return super().hear(run, event)

        first, *more = plan(seeds=3).runs
        assert len(launch(Adding([first]), Policy(), Scripted(), store, diary).finished) == 3

    def test_it_hears_the_last_try_alone(self, plan, store, diary):
        source = Endless(plan(seeds=1).runs)
        launch(source, Policy(retries=1), Scripted(script={0: ["fail", "fail"]}), store, diary)
        assert [kind for _, kind in source.heard if issubclass(kind, Ending)] == [Failed]
        assert diary.lines == ["start 0", "Failed 0 again", "start 0", "Failed 0"]

    def test_one_that_waits_for_a_run_that_is_tried_again_waits_on(self, plan, store, diary):
        source = Endless(plan(seeds=2).runs)
        outcome = launch(source, Policy(retries=1), Scripted(slots=2, script={0: ["fail"]}), store, diary)
        assert [line for line in diary.lines if line.startswith("start")] == ["start 0", "start 0", "start 1"]
        assert len(outcome.finished) == 2

    def test_one_that_goes_on_for_ever_ends_with_the_budget(self, plan, store, diary):
        class Forever(Planned):
            """Has always one more, and knows none beforehand."""

            def left(self) -> Sequence[RunSpec]:
                return ()

        script = {0: [4 * HOUR], 1: [9 * HOUR], 2: [4 * HOUR]}
        source = Forever(plan(seeds=60).runs)
        policy = Policy(budget="10h")
        outcome = launch(source, policy, Scripted(slots=2, script=script), store, diary, estimate=4 * HOUR)
        assert [line for line in diary.lines if line.startswith("start")] == ["start 0", "start 1", "start 2"]
        assert len(outcome.finished) == 3
        assert len(outcome.left) <= 2

    def test_what_it_heard_last_is_kept_though_it_then_broke(self, plan, store, diary):
        class Broken(Planned):
            def hear(self, run: RunSpec, event: Event) -> Decision:
                if isinstance(event, Finished):
                    raise ZeroDivisionError
                return Decision.GO_ON

        with pytest.raises(ZeroDivisionError):
            launch(Broken(plan(seeds=1).runs), Policy(), Scripted(), store, diary)
        assert statuses(store) == [Status.FINISHED]

    def test_what_it_never_gave_is_left(self, plan, store, diary):
        source = Endless(plan(seeds=4).runs)
        outcome = launch(source, Policy(fail_fast=True), Scripted(slots=2, script={1: ["fail"]}), store, diary)
        assert [run.number for run in outcome.left] == [2, 3]

    def test_what_it_stops_is_pruned_at_that_epoch_and_its_slot_is_free(self, plan, store, diary):
        planned = plan(seeds=4)
        source = Choosy(planned.runs, after=2, wanted=1 - 1 / 4.5)  # reached by seeds from 2 on
        outcome = launch(source, Policy(), Scripted(slots=2, epochs=5), store, diary)
        assert outcome.pruned == [run.key for run in planned.runs[:2]]
        assert outcome.finished == [run.key for run in planned.runs[2:]]
        assert (outcome.failures, outcome.killed, outcome.left) == ([], [], [])
        assert (1, Pruned) in source.heard
        assert diary.lines.count("Pruned 0") == diary.lines.count("Pruned 1") == 1
        run = next(run for run in store.runs() if run.key == planned.runs[0].key)
        assert store.history([run.run_id], "train/cost")[run.run_id] == [(1, 0.5), (2, 0.5)]

    def test_what_is_pruned_is_recorded_as_such_and_is_no_result(self, plan, store, diary):
        planned = plan(seeds=2)
        launch(Choosy(planned.runs, after=1, wanted=0.6), Policy(), Scripted(epochs=3), store, diary)
        pruned, finished = (next(run for run in store.runs() if run.key == each.key) for each in planned.runs)
        assert pruned.status is Status.FINISHED  # to the store
        assert pruned.tags[Tag.PRUNED] == "pruned after epoch 1"
        assert (pruned.is_finished, pruned.fate, Tag.REASON in pruned.tags) == (False, "PRUNED", False)
        assert not {name for name in pruned.metrics if name.startswith(("final/", "best/"))}
        assert "final/val_accuracy" in finished.metrics
        assert [*newest_finished(store.runs())] == [finished.key]
        ledger = read_ledger(planned.runs, store)
        assert ([*ledger.done], [run.number for run in ledger.to_do]) == ([finished.key], [0])

    def test_what_is_pruned_is_left_out_of_a_comparison_and_it_says_so(self, plan, store, diary):
        planned = plan({"seed": 0}, {"seed": 1}, {"seed": 2})
        launch(Choosy(planned.runs, after=1, wanted=0.6), Policy(), Scripted(epochs=3), store, diary)
        comparison = compare(store.runs(), store)
        assert [(left.reason.value, left.runs) for left in comparison.left_out] == [("pruned", 1)]
        assert len(comparison.runs) == 2


def sweep(planned: Plan, store: MemoryStore, diary, policy: Policy | None = None, executor=None, source=Planned):
    def make_executor(slots: int) -> Executor:
        return executor or InProcessExecutor()

    return Session(store, NETWORK, diary, executor=make_executor).sweep(planned, policy or Policy(), source)


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
    claim = sweep_claim(plan(seeds=1).key)
    store.claims.take(claim)
    with pytest.raises(BusyError, match="sweep tiny is being run already by another process"):
        sweep(plan(seeds=1), store, diary)
    assert store.runs(None) == []
    store.claims.let_go(claim)
    sweep(plan(seeds=1), store, diary)
    assert store.claims.is_free(claim)


def test_so_it_is_in_a_store_without_claims(plan, store, diary):
    store.claims = NoClaims()
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
    [parent] = store.runs(Kind.SWEEP)
    assert (parent.status, parent.run_id) == (status, result.parent_id)


def test_a_parent_is_closed_even_at_the_second_signal(plan, store, diary):
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        sweep(plan(seeds=2), store, diary, executor=Scripted(script={0: [twice]}))
    assert store.runs(None, status=Status.RUNNING) == []
    assert store.runs(Kind.SWEEP)[0].status is Status.KILLED


def test_a_sweep_with_runs_that_were_pruned_is_finished(plan, store, diary):
    planned = plan(seeds=2)

    def choosy(runs: Sequence[RunSpec]) -> Source:
        return Choosy(runs, after=1, wanted=0.6)

    swept = sweep(planned, store, diary, executor=Scripted(epochs=3), source=choosy)
    assert swept.outcome.pruned == [planned.runs[0].key]
    assert store.runs(Kind.SWEEP)[0].status is Status.FINISHED
    assert {run.parent_id for run in store.runs()} == {swept.parent_id}


def test_a_source_is_given_what_is_to_do_alone(plan, store, diary):
    sweep(plan(seeds=1), store, diary)
    given: list[int] = []

    def listen(runs: Sequence[RunSpec]) -> Source:
        given.extend(run.number for run in runs)
        return Planned(runs)

    sweep(plan(seeds=3), store, diary, source=listen)
    assert given == [1, 2]


def test_the_watcher_is_told_before_and_looks_on_while_it_goes(plan, store, diary):
    class Watched(InProcessExecutor):
        def start(self, run: RunSpec) -> None:
            assert diary.looks_on
            super().start(run)

    sweep(plan(seeds=1), store, diary)
    swept = sweep(plan(seeds=3), store, diary, executor=Watched())
    assert diary.surveys[-1] == swept.survey
    assert (len(swept.survey.ledger.done), len(swept.survey.ledger.to_do)) == (1, 2)
    assert diary.watched[-1] == (1, 2)
    assert not diary.looks_on


def test_a_dry_run_is_surveyed_and_leaves_nothing(plan, store, diary):
    swept = sweep(plan(seeds=2), store, diary, Policy(dry_run=True))
    assert (swept.outcome, swept.parent_id, store.runs(None)) == (None, "", [])
    assert len(diary.surveys) == 1
    assert swept.survey.seconds > 0


def test_the_runs_of_a_plan_are_its_own(plan, store, diary):
    sweep(plan(seeds=3), store, diary)
    few = plan(seeds=2)
    sweep(few, store, diary)
    session = Session(store, NETWORK, diary)
    assert {run.key for run in session.runs_of(few)} == {run.key for run in few.runs}
    assert session.runs_of(plan({"seed": 99})) == []


def test_runs_that_the_store_missed_are_counted(plan, diary):
    class Away(MemoryStore):
        def save(self, run_id, files):
            raise TrackingError("the store is away")

    outcome = launch(plan(seeds=2), Policy(), Scripted(), Away(), diary)
    assert (len(outcome.finished), outcome.unsent) == (2, 2)


def test_seconds_are_counted(plan, store, diary):
    outcome = launch(plan(seeds=1), Policy(), Scripted(script={0: [HOUR]}), store, diary)
    assert outcome.seconds == HOUR
