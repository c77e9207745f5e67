"""What an executor on a Ray cluster has to do besides what every executor does."""

import sys
import threading
import time
from collections import defaultdict
from dataclasses import replace
from types import ModuleType

import numpy as np
import psutil
import pytest

from nnexp.errors import ConfigError
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.tasks.network.task import NetworkTask
from nnexp.training.events import Changed, Ending, Epoch, Failed, Finished, Killed, Started, WorkerLost
from nnexp.training.spec import make_spec
from tests.patience import HANGS_S

pytestmark = pytest.mark.xdist_group("ray")

MANY = 1_000_000  # epochs: more than any test waits for


@pytest.fixture
def executor(ray_slots):
    executor = ray_slots(2)
    yield executor
    executor.close()


@pytest.fixture
def own_data(tmp_path, tiny_data):
    """A copy of the small data set, which a test may change."""
    (tmp_path / "own.npz").write_bytes(tiny_data.read_bytes())
    return {"path": str(tmp_path / "own.npz")}


def hear(executor, until):
    said, deadline = defaultdict(list), time.monotonic() + HANGS_S
    while not until(said):
        assert time.monotonic() < deadline, said
        for number, event in executor.wait(0.1):
            said[number].append(event)
    return said


def ended(said):
    return sum(isinstance(events[-1], Ending) for events in said.values())


def digests(events):
    return [event.digest for event in events if isinstance(event, Epoch)]


def other_data(path):
    held = dict(np.load(path))
    np.savez(path, **{**held, "x_train": held["x_train"] ^ 1})


def test_a_run_learns_from_what_was_sent_whatever_lies_at_its_path_there(executor, plan, own_data):
    first, second = plan(seeds=2, dataset=own_data).runs
    here = InProcessExecutor()
    expected = {}
    for run in (first, second):
        here.start(run)
        expected[run.number] = digests(hear(here, lambda said: ended(said) == 1)[run.number])
    executor.start(first)  # its data are sent
    other_data(own_data["path"])
    executor.start(second)
    said = hear(executor, lambda said: ended(said) == 2)
    assert {number: digests(events) for number, events in said.items()} == expected
    assert all(isinstance(events[-1], Finished) for events in said.values())


def test_data_that_were_changed_before_they_were_sent_are_not_trained_on(executor, plan, own_data):
    (run,) = plan(seeds=1, dataset=own_data).runs
    other_data(own_data["path"])
    executor.start(run)
    ((_, event),) = executor.wait(0)
    assert isinstance(event, Changed)
    assert event.error == f"its data ({own_data['path']}) were changed after it was planned"


def test_a_node_with_other_code_is_found_out(executor, plan, monkeypatch):
    monkeypatch.setattr(NetworkTask, "code", lambda self: "another")  # here, where it is planned
    (run,) = plan(seeds=1).runs
    executor.start(run)
    said = hear(executor, lambda said: ended(said) == 1)
    assert [type(event) for event in said[0]] == [Started, Changed]
    assert said[0][-1].error == "the code that decides its numbers was changed after it was planned"


def test_a_task_that_a_node_lacks_fails_its_run_alone(executor, plan, monkeypatch):
    elsewhere = ModuleType("elsewhere")  # of this process alone
    elsewhere.Lost = type("Lost", (NetworkTask,), {"__module__": "elsewhere"})
    monkeypatch.setitem(sys.modules, "elsewhere", elsewhere)
    first, second = plan(seeds=2).runs
    executor.start(make_spec(elsewhere.Lost(), first.config, number=0))
    executor.start(second)
    said = hear(executor, lambda said: ended(said) == 2)
    assert [type(event) for event in said[0]] == [Failed]
    assert (
        said[0][0].error
        == "a node of the Ray cluster cannot train it: ModuleNotFoundError: No module named 'elsewhere'"
    )
    assert isinstance(said[1][-1], Finished)


def test_a_task_that_cannot_be_sent_is_refused_in_one_line(executor, plan):
    task = NetworkTask()
    task.lock = threading.Lock()
    with pytest.raises(
        ConfigError, match=r"^the task 'network' cannot be sent .* \(cannot pickle .*\); define it in a m"
    ):
        executor.start(replace(*plan(seeds=1).runs, task=task))


def test_a_worker_that_is_killed_ends_its_own_run_alone(executor, plan):
    for run in plan(seeds=2, epochs=MANY).runs:
        executor.start(run)
    said = hear(executor, lambda said: len(said) == 2)
    next(one for one in psutil.process_iter(["cmdline"]) if "ray::train" in (one.info["cmdline"] or [])).kill()
    said = hear(executor, lambda said: ended(said) == 1)
    (lost,) = [number for number, events in said.items() if isinstance(events[-1], Ending)]
    assert isinstance(said[lost][-1], WorkerLost)
    assert said[lost][-1].retry
    assert said[lost][-1].error.startswith("Ray lost its task: The worker died")
    hear(executor, lambda said: len(said[1 - lost]) > 2)


def test_a_run_that_waits_for_its_cpus_is_stopped_at_once(ray_slots, plan):
    executor = ray_slots(3)
    runs = plan(seeds=3, epochs=MANY).runs
    for run in runs[:2]:
        executor.start(run)
    hear(executor, lambda said: len(said) == 2)  # both CPUs are taken
    executor.start(runs[2])
    executor.stop(2, Killed())
    said = hear(executor, lambda said: 2 in said)
    assert [type(event) for event in said[2]] == [Killed]
    executor.close()


def test_close_leaves_no_task(ray_slots, plan):
    executor = ray_slots(2)
    for run in plan(seeds=2, epochs=MANY).runs:
        executor.start(run)
    hear(executor, lambda said: len(said) == 2)
    executor.close()
    busy = [process for process in psutil.process_iter(["cmdline"]) if "ray::train" in (process.info["cmdline"] or [])]
    psutil.wait_procs(busy, HANGS_S)
    assert not any(process.is_running() for process in busy)


def test_there_is_room_for_as_many_runs_as_there_are_cpus_for(ray_slots, cluster):
    from nnexp.sweep.executors.ray_cluster import room

    assert room(cluster.address, 1) == 2
    with pytest.raises(
        ConfigError, match=r"^hydra.launcher.cpus must be at most 1, all that a node of .* has, but got 2$"
    ):
        room(cluster.address, 2)
