"""SIGKILL at seeded random moments of runs that are worth going on with: each ends as if nobody had disturbed it.

NNEXP_GOING_ON_KILLS: how many of them; NNEXP_GOING_ON_SEED draws the moments and the victims.
"""

import os
import random
import signal
import time
from contextlib import suppress

import psutil
import pytest

from nnexp.tracking.records import Tag

KILLS, SEED = int(os.environ.get("NNEXP_GOING_ON_KILLS", "3")), int(os.environ.get("NNEXP_GOING_ON_SEED", "1"))
RUNS = 2 + KILLS  # so that there are some left for each
SWEEP = ("sweep", "tiny", "optimiser=momentum", "eta=0.1", "kernel=numpy", f"hydra.launcher.retries={10 * KILLS}")
ONE = ("train", "dataset=folder", "dataset.path=small.npz", "hidden=10", "batch_size=1", *SWEEP[2:5], "epochs=100")


def workers(command):
    found = []
    for child in psutil.Process(command.process.pid).children():
        with suppress(psutil.NoSuchProcess):
            found += [child] if "--multiprocessing-fork" in child.cmdline() else []
    return found


def kept(app):
    """When a state was kept last; 0 where none is."""
    return max((file.stat().st_mtime_ns for file in app.folder.rglob("checkpoint.npz")), default=0)


def continued(app):
    return [run for run in app.finished() if Tag.CONTINUED_FROM in run.tags]


@pytest.mark.xdist_group("kills")
def test_kills(app, wait_until):
    app.sweep_file(runs=RUNS, epochs=60, batch_size=1)
    moments, command = random.Random(SEED), None
    for kill in range(KILLS):
        if command is None or command.process.poll() is not None:
            command = app.start(*SWEEP)
        before = kept(app)
        if kill == 0 or moments.random() < 0.7:
            wait_until(lambda: kept(app) > before or command.process.poll() is not None, what="a state to be kept")  # noqa: B023
        time.sleep(moments.uniform(0, 0.5))
        assert command.process.poll() is None, command.said
        victim = moments.choice(["worker", "launcher", "group"])
        if victim == "worker":
            for worker in moments.sample(some := workers(command), min(1, len(some))):
                worker.kill()
        else:
            (os.kill if victim == "launcher" else os.killpg)(command.process.pid, signal.SIGKILL)
            assert command.end() == -signal.SIGKILL
    assert command.end() in (0, -signal.SIGKILL)
    app.run(*SWEEP)
    app.check_complete(RUNS)
    assert "does not go on" not in "".join(command.said for command in app.commands)
    assert "all is well" in app.run("doctor")
    ids = [run.run_id for run in continued(app)]
    assert ids
    app.run("rerun", *ids)  # each from its start, to the same bits


def test_a_single_run(app, wait_until):
    command = app.start(*ONE)
    wait_until(lambda: kept(app), what="a state to be kept")
    first = kept(app)
    wait_until(lambda: kept(app) > first, what="another")
    command.signal_group(signal.SIGKILL)
    assert command.end() == -signal.SIGKILL
    assert " on from epoch " in app.run(*ONE)
    (run,) = continued(app)
    assert "identical in all 100 epochs" in app.run("rerun", run.run_id)
    assert [*app.folder.rglob("outputs/*/*/checkpoint.npz")] != []  # in the folder of the one that was killed
