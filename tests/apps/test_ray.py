"""A sweep on Ray: whatever becomes of the launcher, its cluster or a node of it, the same command goes on."""

import os
import signal
import time

import psutil
import pytest

from nnexp.tracking.records import Kind, Status
from tests.zygote import MISBEHAVIOUR

pytestmark = pytest.mark.xdist_group("ray")

RUNS = 4


def tasks():
    """The processes on this machine that train for Ray."""
    return [process for process in psutil.process_iter(["cmdline"]) if "ray::train" in (process.info["cmdline"] or [])]


def lives(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_sigterm_ends_it_in_good_order_and_its_own_cluster_with_it(app, stop, wait_until):
    """Ray would end at once, and every process of the cluster too."""
    app.environment |= {"HOME": str(app.folder), "NNEXP_STOP": str(stop)}  # where Ray keeps what opens it
    app.sweep_file(runs=RUNS)
    app.misbehave("3=stop")
    command = app.start("sweep", "tiny", "hydra/launcher=ray")
    command.wait_for(f"{RUNS - 1} of {RUNS} runs: ")
    started = psutil.Process(command.process.pid).children(recursive=True)
    command.signal_group(signal.SIGTERM)
    command.wait_for("runs end at their next epoch")
    stop.unlink()
    assert command.end() == 143, command.said
    wait_until(lambda: not any(map(lives, started)), what="the cluster to end")
    assert "Traceback" not in command.said
    assert "SIGTERM" not in command.said
    assert "ray" not in command.said.replace("hydra/launcher=ray", "").lower()
    assert {record.status for record in app.store.runs()} == {Status.FINISHED, Status.KILLED}
    assert [sweep.status for sweep in app.store.runs(Kind.SWEEP)] == [Status.KILLED]
    app.behave()
    said = app.run("sweep", "tiny")  # with a pool
    assert "finished already and" in said
    app.check_complete(RUNS)


def test_a_launcher_that_is_killed_leaves_no_task_and_the_same_command_goes_on(app, cluster, stop, wait_until):
    app.sweep_file(runs=RUNS)
    sweep = ("sweep", "tiny", "hydra/launcher=ray", f"hydra.launcher.address={cluster.address}")
    command = app.start(*sweep)
    command.wait_for(f" of {RUNS} runs: ")
    wait_until(tasks, what="a task")
    os.kill(command.process.pid, signal.SIGKILL)
    assert command.end() == -signal.SIGKILL
    wait_until(lambda: not tasks(), what="its tasks to end")
    stop.unlink()
    (app.folder / "small.npz").rename(app.folder / "moved.npz")
    said = app.run(*sweep, f"dataset.path={app.folder / 'moved.npz'}")
    assert "finished already and" in said
    app.check_complete(RUNS)
    assert not tasks()


@pytest.fixture
def stop(common):
    """A file that stops the last run; it goes with the test, if that has not taken it away before."""
    (common / "stop").touch()
    yield common / "stop"
    (common / "stop").unlink(missing_ok=True)


@pytest.fixture
def taken(cluster, ray_slots, wait_until):
    """Something else that takes every CPU of the cluster until it is told to end."""
    import ray

    waiting = ray.remote(num_cpus=1, max_retries=0)(lambda: time.sleep(3600))
    others = [waiting.remote() for _ in range(2)]
    wait_until(lambda: not ray.available_resources().get("CPU"), what="the cluster to be busy")

    def end():
        while others:
            ray.cancel(others.pop(), force=True)

    yield end
    end()


def test_a_node_that_is_lost_midway_costs_its_runs_one_more_try(app, cluster, taken, stop, wait_until):
    import ray

    acts = {"PYTHONPATH": str(MISBEHAVIOUR), "NNEXP_MISBEHAVE": "0=stop 1=stop 2=stop 3=stop", "NNEXP_STOP": str(stop)}
    node = cluster.add_node(num_cpus=2, object_store_memory=100 * 2**20, env_vars=acts)  # which has to train
    raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
    app.sweep_file(runs=RUNS)
    command = app.start("sweep", "tiny", "hydra/launcher=ray", f"hydra.launcher.address={cluster.address}")
    wait_until(lambda: any(child in tasks() for child in raylet.children()), what="a task on it")
    cluster.remove_node(node, allow_graceful=False)
    wait_until(lambda: ray.cluster_resources()["CPU"] == 2, what="the cluster to miss it")
    stop.unlink()
    taken()
    assert command.end() == 0, command.said
    app.check_complete(RUNS)
    lost = [record for record in app.store.runs() if record.status == Status.FAILED]
    assert lost
    assert {record.tags["nnexp.reason"].split(":")[0] for record in lost} == {"Ray lost its task"}
