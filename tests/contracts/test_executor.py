"""What every executor keeps to (nnexp/sweep/executors/executor.py), and what processes may suffer besides."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import psutil
import pytest

from nnexp.errors import ConfigError, NnexpError
from nnexp.sweep.executors.executor import Executor
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.task import NETWORK, NetworkTask
from nnexp.training.checkpoint import Checkpoint
from nnexp.training.events import (
    Ending,
    Epoch,
    Event,
    Failed,
    Finished,
    Killed,
    Printed,
    Pruned,
    Resumed,
    Started,
    WorkerLost,
)
from nnexp.training.spec import RunSpec, make_spec
from tests.contracts.loud import LOUD, MEGABYTES
from tests.patience import HANGS_S
from tests.plans import checkpoint_of
from tests.zygote import MISBEHAVIOUR

SEVERAL = ["pool", pytest.param("ray", marks=pytest.mark.xdist_group("ray"))]  # of two slots
EXECUTORS = [*SEVERAL, "in-process"]  # whoever adds one, adds it here
ROOT = Path(__file__).parents[2]
LAUNCHER = """
from time import sleep
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.training.spec import make_spec
from tests.contracts.loud import LOUD
pool = PoolExecutor(1)
pool.start(make_spec(LOUD, LOUD.schema.parse_config({"acts": "sleeps"})))
while not pool.wait(1):
    pass
print(pool._workers[0].process.pid, flush=True)
sleep(600)
"""
MANY = 1_000_000  # epochs: more than any test waits for

Said = dict[int, list[Event]]
MakeRun = Callable[..., RunSpec]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNEXP_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def run(tmp_path: Path) -> MakeRun:
    """Make a numbered run of three quick epochs; what is wrong with it, the run itself will say."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (72, 4, 4)).astype(np.uint8), rng.integers(0, 3, 72).astype(np.uint8)
    np.savez(tmp_path / "small.npz", x_train=x[:60], y_train=y[:60], x_test=x[60:], y_test=y[60:])

    def run(number: int = 0, **settings: object) -> RunSpec:
        dataset = {"name": "folder", "path": str(tmp_path / "small.npz")}
        config = SCHEMA.parse_config({"hidden": 5, "epochs": 3, "seed": number, "dataset": dataset, **settings})
        try:
            return make_spec(NETWORK, config, number=number)
        except NnexpError:
            return RunSpec(NETWORK, config, f"run {number}", "key", "code", None, number)

    return run


@pytest.fixture
def pool() -> Iterator[PoolExecutor]:
    executor = PoolExecutor(2)
    yield executor
    executor.close()


def make_executor(name: str, request: pytest.FixtureRequest) -> Executor:
    if name == "in-process":
        return InProcessExecutor()
    return PoolExecutor(2) if name == "pool" else request.getfixturevalue("ray_slots")(2)


@pytest.fixture(params=EXECUTORS)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    executor = make_executor(request.param, request)
    yield executor
    executor.close()


@pytest.fixture(params=SEVERAL)
def several(request: pytest.FixtureRequest) -> Iterator[Executor]:
    executor = make_executor(request.param, request)
    yield executor
    executor.close()


@pytest.fixture
def misbehave(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have workers that are started from now on do what sitecustomize.py offers."""

    def misbehave(acts: str) -> None:
        monkeypatch.setenv("PYTHONPATH", str(MISBEHAVIOUR))
        monkeypatch.setenv("NNEXP_MISBEHAVE", acts)

    return misbehave


def workers() -> list[multiprocessing.Process]:
    return multiprocessing.active_children()


def hear(executor: Executor, said: Said, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANGS_S
    while not until():
        assert time.monotonic() < deadline, f"nothing more was said after {said}"
        for number, event in executor.wait(0.1):
            said[number].append(event)


def run_all(executor: Executor, runs: Sequence[RunSpec]) -> Said:
    """Keep the slots full until every run has ended."""
    said: Said = defaultdict(list)
    for begun, run in enumerate(runs):
        hear(executor, said, lambda begun=begun: begun - ended(said) < executor.slots)
        executor.start(run)
    hear(executor, said, lambda: ended(said) == len(runs))
    assert executor.wait(0) == []  # nothing comes after an ending
    return said


def ended(said: Said) -> int:
    return sum(isinstance(event, Ending) for events in said.values() for event in events)


def kinds(events: Sequence[Event]) -> list[type]:
    return [type(event) for event in events]


def epochs(events: Sequence[Event]) -> list[int]:
    return [event.number for event in events if isinstance(event, Epoch)]


def test_events_come_in_order_and_end_with_one_ending(executor: Executor, run: MakeRun) -> None:
    said = run_all(executor, [run(number) for number in range(5)])
    assert sorted(said) == [0, 1, 2, 3, 4]
    assert all(kinds(events) == [Started, Epoch, Epoch, Epoch, Finished] for events in said.values())
    assert all(epochs(events) == [1, 2, 3] for events in said.values())


def test_a_run_is_named_by_its_number_whatever_it_is(executor: Executor, run: MakeRun) -> None:
    assert sorted(run_all(executor, [run(7), run(3), run(10**9)])) == [3, 7, 10**9]


def test_every_executor_computes_the_same(run: MakeRun, executor: Executor) -> None:
    runs = [run(number) for number in range(3)]
    digests = [
        {n: [e.digest for e in events if isinstance(e, Epoch)] for n, events in run_all(one, runs).items()}
        for one in (executor, InProcessExecutor())
    ]
    assert digests[0] == digests[1]
    assert len({tuple(of_run) for of_run in digests[0].values()}) == 3


def test_a_run_that_fails_harms_no_other(executor: Executor, run: MakeRun) -> None:
    said = run_all(executor, [run(0), run(1, batch_size=1000), run(2), run(3)])
    assert [type(said[number][-1]) for number in range(4)] == [Finished, Failed, Finished, Finished]
    failed = said[1][-1]
    assert isinstance(failed, Failed)
    assert failed.error.startswith("batch_size must be between 1 and 51 ")
    assert "ConfigError" in failed.traceback


ENDINGS = [Killed("enough"), Pruned("stopped after epoch 1")]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: type(ending).__name__)
def test_stop_ends_a_run_at_its_next_epoch_with_the_ending_given(
    executor: Executor, run: MakeRun, ending: Ending
) -> None:
    said: Said = defaultdict(list)
    executor.start(run(0, epochs=MANY))
    hear(executor, said, lambda: bool(epochs(said[0])))
    executor.stop(0, ending)
    hear(executor, said, lambda: ended(said) == 1)
    assert said[0][-1] == ending
    assert epochs(said[0]) == list(range(1, len(said[0]) - 1))
    executor.start(run(1))
    hear(executor, said, lambda: ended(said) == 2)
    assert kinds(said[1]) == [Started, Epoch, Epoch, Epoch, Finished]
    assert ended({0: said[0]}) == 1


def test_stop_ends_every_run_that_it_is_said_of(executor: Executor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    for number in range(executor.slots):
        executor.start(run(number, epochs=MANY))
    hear(executor, said, lambda: all(epochs(said[number]) for number in range(executor.slots)))
    for number in range(executor.slots):
        executor.stop(number, Killed(f"{number} is to end"))
    hear(executor, said, lambda: ended(said) == executor.slots)
    assert all(kinds(said[number])[-1] is Killed for number in range(executor.slots))
    assert [said[number][-1].error for number in range(executor.slots)] == [
        f"{number} is to end" for number in range(executor.slots)
    ]
    assert all(epochs(events) == list(range(1, len(events) - 1)) for events in said.values())


@pytest.mark.parametrize(("end", "ending"), [("stop", ENDINGS[1]), ("kill", ENDINGS[0])])
def test_what_ends_one_run_lets_the_other_go_on(several: Executor, run: MakeRun, end: str, ending: Ending) -> None:
    said: Said = defaultdict(list)
    for number in (0, 1):
        several.start(run(number, epochs=MANY))
    hear(several, said, lambda: all(epochs(said[number]) for number in (0, 1)))
    getattr(several, end)(1, ending)
    hear(several, said, lambda: ended(said) == 1)
    assert said[1][-1] == ending
    before = len(said[0])
    hear(several, said, lambda: len(said[0]) > before + 2)
    assert set(kinds(said[0])) == {Started, Epoch}
    several.start(run(2))
    hear(several, said, lambda: ended({2: said[2]}) == 1)
    assert kinds(said[2]) == [Started, Epoch, Epoch, Epoch, Finished]


def test_a_run_that_was_pruned_leaves_what_another_goes_on_from(executor: Executor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    executor.start(run(0, epochs=MANY))
    hear(executor, said, lambda: epochs(said[0]))
    executor.stop(0, Pruned("not worth it"))
    hear(executor, said, lambda: ended(said) == 1)
    *_, last, pruned = said[0]
    earlier = tuple(event for event in said[0] if isinstance(event, Epoch))
    longer = replace(run(0, epochs=last.number + 2), checkpoint=Checkpoint("1a2b", earlier, pruned.state), number=1)
    gone_on = run_all(executor, [longer])[1]
    whole = run_all(executor, [run(2, seed=0, epochs=last.number + 2)])[2]
    assert gone_on.pop(1) == Resumed("1a2b", last.number)
    assert tuple(gone_on[1:-3]) == earlier
    assert [event.digest for event in gone_on[1:-1]] == [event.digest for event in whole[1:-1]]
    assert kinds(gone_on) == kinds(whole)


def test_a_run_that_was_killed_is_gone_on_from_and_that_is_proved(executor: Executor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    executor.start(run(0, epochs=MANY))
    hear(executor, said, lambda: any(event.before for event in said[0] if isinstance(event, Epoch)))
    executor.kill(0, WorkerLost("too late"))
    hear(executor, said, lambda: ended(said) == 1)
    sound = checkpoint_of(said[0])
    assert sound.next
    other = replace(sound, next=replace(sound.next, digest="0" * 64))
    several = {number: replace(run(0, epochs=sound.epoch + 3), number=number) for number in (1, 2, 3)}
    runs = [replace(several[1], checkpoint=sound), replace(several[2], checkpoint=other), several[3]]
    gone_on, anew, whole = map(run_all(executor, runs).__getitem__, (1, 2, 3))
    assert gone_on.pop(1) == Resumed("1a2b", sound.epoch)
    assert tuple(gone_on[1 : sound.epoch + 2]) == (*sound.epochs, sound.next)
    why = f"epoch {sound.epoch + 1} came out otherwise (digest {sound.next.digest[:12]} instead of {'0' * 12})"
    assert anew.pop(1) == Resumed("1a2b", sound.epoch, why)
    for events in (gone_on, anew):
        assert kinds(events) == kinds(whole)
        assert [event.digest for event in events[1:-1]] == [event.digest for event in whole[1:-1]]


def test_stop_of_a_run_that_does_not_run_is_void(executor: Executor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    executor.start(run(0))
    executor.stop(5, Killed())
    hear(executor, said, lambda: ended(said) == 1)
    executor.stop(0, Killed())
    executor.start(run(1))
    hear(executor, said, lambda: ended(said) == 2)
    assert [kinds(said[number])[-1] for number in (0, 1)] == [Finished, Finished]


def test_a_stop_that_comes_after_the_last_epoch_does_not_reach_the_next_run(pool: PoolExecutor, run: MakeRun) -> None:
    """The launcher cannot know that a run is over until it hears so; its worker may have begun to wait by then."""
    said: Said = defaultdict(list)
    pool.start(run(0, epochs=1))
    worker = psutil.Process(workers()[0].pid)
    assert pool._workers[0].pipe.poll(HANGS_S)  # it has begun
    wait_until_stuck(worker)  # it has said all, and nobody has listened
    pool.stop(0, Killed())
    hear(pool, said, lambda: ended(said) == 1)
    pool.start(run(1))
    hear(pool, said, lambda: ended(said) == 2)
    assert [kinds(said[number])[-1] for number in (0, 1)] == [Finished, Finished]
    assert [each.pid for each in workers()] == [worker.pid]


def test_kill_ends_one_run_with_the_ending_given(executor: Executor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    executor.start(run(0, epochs=MANY))
    hear(executor, said, lambda: bool(epochs(said[0])))
    executor.kill(0, WorkerLost("too late", retry=False))
    hear(executor, said, lambda: ended(said) == 1)
    assert said[0][-1] == WorkerLost("too late", retry=False, time=said[0][-1].time)
    executor.start(run(1))
    hear(executor, said, lambda: ended(said) == 2)
    assert isinstance(said[1][-1], Finished)
    assert ended({0: said[0]}) == 1


def test_a_task_that_cannot_be_imported_in_the_worker_fails_its_run_alone(
    pool: PoolExecutor, run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: Said = defaultdict(list)
    pool.start(run(0))
    hear(pool, said, lambda: ended(said) == 1)
    elsewhere = ModuleType("elsewhere")  # of this process alone
    elsewhere.Lost = type("Lost", (NetworkTask,), {"__module__": "elsewhere"})
    monkeypatch.setitem(sys.modules, "elsewhere", elsewhere)
    pool.start(replace(run(1), task=elsewhere.Lost()))
    hear(pool, said, lambda: ended(said) == 2)
    assert kinds(said[1]) == [Failed]
    assert said[1][-1].error == "ModuleNotFoundError: No module named 'elsewhere'"
    pid = workers()[0].pid
    pool.start(run(2))
    hear(pool, said, lambda: ended(said) == 3)
    assert isinstance(said[2][-1], Finished)
    assert [worker.pid for worker in workers()] == [pid]


def test_a_task_that_cannot_be_sent_is_refused_in_one_line(pool: PoolExecutor, run: MakeRun) -> None:
    class Local(NetworkTask):
        name = "local"

    with pytest.raises(ConfigError, match=r"^the task 'local' cannot be sent to a worker process .*; define it in a m"):
        pool.start(replace(run(), task=Local()))


def test_close_leaves_no_process(run: MakeRun) -> None:
    executor = PoolExecutor(2)
    said: Said = defaultdict(list)
    executor.start(run(0))
    hear(executor, said, lambda: ended(said) == 1)  # its worker is idle
    executor.start(run(1, epochs=MANY))
    executor.start(run(2, epochs=MANY))
    pids = [worker.pid for worker in workers()]
    assert len(pids) == 2
    executor.close()
    assert not workers()
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)


def test_a_busy_worker_that_is_killed_ends_its_own_run_alone(pool: PoolExecutor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    pool.start(run(0, epochs=MANY))
    victim = workers()[0]
    pool.start(run(1, epochs=MANY))
    hear(pool, said, lambda: all(epochs(said[number]) for number in (0, 1)))
    victim.kill()
    hear(pool, said, lambda: ended(said) == 1)
    assert said[0][-1] == WorkerLost("the worker was ended by SIGKILL", time=said[0][-1].time)
    before = len(said[1])
    hear(pool, said, lambda: len(said[1]) > before + 2)
    pool.start(run(2))
    hear(pool, said, lambda: bool(said[2]) and isinstance(said[2][-1], Finished))


def test_an_idle_worker_that_is_killed_is_replaced(pool: PoolExecutor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    pool.start(run(0))
    hear(pool, said, lambda: ended(said) == 1)
    os.kill(workers()[0].pid or 0, signal.SIGKILL)  # and start at once: it may or may not be gone
    pool.start(run(1))
    hear(pool, said, lambda: ended({1: said[1]}) == 1)
    pool.start(run(2))
    hear(pool, said, lambda: ended({2: said[2]}) == 1)
    assert kinds(said[0])[-1] is Finished
    assert kinds(said[1])[-1] in (Finished, WorkerLost)
    assert kinds(said[2])[-1] is Finished


def test_a_worker_that_is_killed_while_it_sends_ends_with_what_had_arrived(pool: PoolExecutor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    pool.start(run(0, epochs=MANY))
    sender = psutil.Process(workers()[0].pid)
    hear(pool, said, lambda: bool(epochs(said[0])))
    wait_until_stuck(sender)  # nobody reads, so its pipe is full
    sender.kill()
    hear(pool, said, lambda: ended(said) == 1)
    assert isinstance(said[0][-1], WorkerLost)
    assert epochs(said[0]) == list(range(1, len(said[0]) - 1))


def wait_until_stuck(process: psutil.Process) -> None:
    used: list[float] = []
    deadline = time.monotonic() + HANGS_S
    while len(used) < 10 or len(set(used[-10:])) > 1 or process.status() != psutil.STATUS_SLEEPING:
        assert time.monotonic() < deadline
        used.append(sum(process.cpu_times()[:2]))
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("acts", "error"),
    [
        ("0=exit", "the worker exited with status 3"),
        ("0=abort", "the worker was ended by SIGABRT"),
        ("0=segfault", "the worker was ended by SIGSEGV"),
    ],
)
def test_a_run_that_takes_its_process_down(
    acts: str, error: str, pool: PoolExecutor, run: MakeRun, misbehave: Callable[[str], None]
) -> None:
    misbehave(acts)
    said = run_all(pool, [run(0), run(1), run(2)])
    assert [kind for kind in kinds(said[0]) if kind is not Printed] == [Started, Epoch, Epoch, WorkerLost]
    assert said[0][-1] == WorkerLost(error, time=said[0][-1].time)
    assert [type(said[number][-1]) for number in (1, 2)] == [Finished, Finished]


def test_a_run_that_exits_in_process_has_vanished(run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(seed: int) -> None:
        raise SystemExit(3)

    monkeypatch.setattr("nnexp.tasks.network.setup.streams", leave)
    said = run_all(InProcessExecutor(), [run()])
    assert kinds(said[0]) == [Started, WorkerLost]


def test_workers_leave_when_their_launcher_is_killed(run: MakeRun, pool: PoolExecutor) -> None:
    """The launcher hangs up, as it does when it dies: a worker ends at its next epoch."""
    said: Said = defaultdict(list)
    pool.start(run(0, epochs=MANY))
    hear(pool, said, lambda: bool(epochs(said[0])))
    worker = workers()[0]
    pool._workers[0].pipe.close()
    worker.join(HANGS_S)
    assert worker.exitcode == 0
    pool._workers.clear()


def loud(acts: str, number: int = 0) -> RunSpec:
    return make_spec(LOUD, LOUD.schema.parse_config({"acts": acts, "seed": number}), number=number)


def printed(events: Sequence[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Printed))


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_what_a_run_prints_by_whatever_way_is_its_own(pool: PoolExecutor) -> None:
    said = run_all(pool, [loud("prints", number) for number in range(4)])
    for number, events in said.items():
        text = printed(events)
        for line in ("Grüße", "on standard error", "from a child", "unfinished…"):
            assert text.count(f"run {number}: {line}") == 1
        assert f"UserWarning: run {number} warns" in text
        assert text.rstrip().endswith(f"run {number} is over")
        assert all(f"run {other}" not in text for other in range(4) if other != number)
        assert isinstance(events[-1], Finished)


def test_a_run_that_prints_nothing_says_nothing_more(pool: PoolExecutor, run: MakeRun) -> None:
    assert Printed not in kinds(run_all(pool, [run(0)])[0])


def test_what_a_run_prints_comes_as_it_goes(pool: PoolExecutor) -> None:
    said = run_all(pool, [loud("prints")])
    assert kinds(said[0]).index(Printed) < kinds(said[0]).index(Epoch)


def test_not_a_line_of_megabytes_is_lost_nor_mixed_with_another_runs(pool: PoolExecutor) -> None:
    said = run_all(pool, [loud("chats", number) for number in range(3)])
    for seed, events in said.items():
        lines = [line.split() for line in printed(events).splitlines()[:-1]]
        assert lines == [[str(seed), str(number)] for number in range(MEGABYTES * 10_000)]


def test_what_a_segmentation_fault_leaves_arrives(pool: PoolExecutor) -> None:
    said = run_all(pool, [loud("crashes"), loud("prints", 1)])
    assert said[0][-1] == WorkerLost("the worker was ended by SIGSEGV", time=said[0][-1].time)
    assert printed(said[0]).startswith("before\nFatal Python error: Segmentation fault")
    assert "in crashes" in printed(said[0])
    assert isinstance(said[1][-1], Finished)


def test_a_run_that_closes_what_it_would_print_to_is_trained(pool: PoolExecutor) -> None:
    said = run_all(pool, [loud("closes"), loud("prints", 1)])
    assert [type(events[-1]) for events in said.values()] == [Finished, Finished]


def test_what_a_run_printed_before_it_was_killed_is_kept(pool: PoolExecutor, run: MakeRun) -> None:
    said: Said = defaultdict(list)
    pool.start(loud("prints"))
    hear(pool, said, lambda: ended(said) == 1)
    pool.start(replace(run(1, epochs=MANY)))
    hear(pool, said, lambda: bool(epochs(said[1])))
    pool.kill(1, Killed())
    hear(pool, said, lambda: ended(said) == 2)
    assert "run 0" not in printed(said[1])


def test_sets_of_texts_are_in_the_same_order_in_every_worker(
    pool: PoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    said = run_all(pool, [loud("hashes", number) for number in range(2)])
    assert len({printed(events).split()[1] for events in said.values()}) == 1
    assert printed(said[0]).split()[0] == "0"
    assert "PYTHONHASHSEED" not in os.environ


def test_an_order_that_was_asked_for_is_kept(pool: PoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    assert printed(run_all(pool, [loud("hashes")])[0]).split()[0] == "7"


@pytest.mark.parametrize(
    ("acts", "behind"),
    [
        ("thread", "1 thread"),
        ("process", "1 child process"),
        ("session", "1 child process"),
        ("chatty", "1 child process"),
    ],
)
def test_what_a_run_leaves_behind_reaches_no_other(acts: str, behind: str) -> None:
    pool, said = PoolExecutor(1), defaultdict[int, list[Event]](list)
    try:
        pool.start(loud(acts))
        before = workers()
        hear(pool, said, lambda: ended(said) == 1)
        pool.start(loud(acts, 1))
        assert [worker.pid for worker in workers()] != [worker.pid for worker in before]
        hear(pool, said, lambda: ended(said) == 2)
    finally:
        pool.close()
    assert isinstance(said[0][-1], Finished)
    assert said[0][-1].remarks == {"left_behind": behind}
    assert printed(said[1]) == "run 1 is over\n"
    assert said[1][-1].remarks == {}
    assert all(is_gone(int(line.split()[1])) for line in printed(said[0]).splitlines() if line.startswith("left "))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a worker ends at its next epoch")
def test_a_worker_does_not_outlive_its_launcher_by_an_epoch() -> None:
    with subprocess.Popen([sys.executable, "-c", LAUNCHER], stdout=subprocess.PIPE, text=True, cwd=ROOT) as launcher:
        assert launcher.stdout
        worker = psutil.Process(int(launcher.stdout.readline()))
        launcher.kill()
    worker.wait(HANGS_S)
