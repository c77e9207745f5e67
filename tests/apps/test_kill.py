"""SIGKILL at seeded random moments, of workers, launcher or all: the same command goes on where it stood."""

import os
import random
import signal
import time

import psutil
import pytest

RUNS = 14
EARLY = 2  # launches that are killed while they start, on a folder without a store
LATE = 3  # launches that lose two workers first
A_LAUNCH = 4  # runs that may end in each of those
SWEEP = ("sweep", "tiny", "hydra.launcher.retries=20")  # every lost worker costs its run a try


def sweep_file(app):
    app.sweep_file(runs=RUNS, epochs=40, batch_size=1)


def table(said):
    return said[said.index("How good") : said.index("What it takes")]


@pytest.fixture(scope="module")
def undisturbed(make_app, tmp_path_factory):
    app = make_app(tmp_path_factory.mktemp("undisturbed"))
    sweep_file(app)
    said = app.run(*SWEEP)
    app.check_complete(RUNS)
    return app, table(said)


def kill_a_worker(command, moments, wait_until):
    workers = []

    def some():
        assert command.process.poll() is None, command.said
        workers[:] = filter(is_worker, psutil.Process(command.process.pid).children())
        return workers

    wait_until(some, what="a worker")
    moments.choice(workers).kill()


def is_worker(child):
    try:
        return "--multiprocessing-fork" in child.cmdline()
    except psutil.NoSuchProcess:  # or what a kill has left of it
        return False


@pytest.mark.xdist_group("kills")
@pytest.mark.parametrize(("victim", "seed"), [("launcher", 1)])
def test_kills(victim, seed, fresh_app, undisturbed, wait_until):
    app, kills = fresh_app, 0
    sweep_file(app)
    moments = random.Random(seed)
    for launch in range(EARLY + LATE):
        may_end = A_LAUNCH * max(launch - EARLY + 1, 0)  # all others wait, so that no launch is over before its kill
        app.misbehave(" ".join(f"{seed}=wait" for seed in range(may_end, RUNS)))
        command = app.start(*SWEEP, real=launch < EARLY)
        if launch < EARLY:
            time.sleep(moments.uniform(0.5, 2.5))
        else:
            command.wait_for("runs to do")
            for _ in range(2):
                time.sleep(moments.uniform(0, 0.5))
                kill_a_worker(command, moments, wait_until)
                kills += 1
            command.wait_for(" runs: ")  # the first run of this launch has ended
            time.sleep(moments.uniform(0, 0.3))
        (os.kill if victim == "launcher" else os.killpg)(command.process.pid, signal.SIGKILL)
        kills += 1
        assert command.end() == -signal.SIGKILL
    assert kills == EARLY + 3 * LATE
    app.behave()
    said = app.run(*SWEEP)
    reference, its_table = undisturbed
    assert "are finished already and are reused" in said
    app.check_complete(RUNS)
    assert app.digests() == reference.digests()
    assert app.accuracies() == reference.accuracies()
    assert table(said) == its_table
    lost = [record for record in app.store.runs() if record.status != "FINISHED"]
    assert {record.status for record in lost} == {"FAILED", "KILLED"}
    reasons = {"its process is gone", "the worker was ended by SIGKILL"}
    assert {record.tags["nnexp.reason"] for record in lost} <= reasons
