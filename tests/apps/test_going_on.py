"""SIGKILL at seeded random moments of runs that are worth going on with: each ends as if nobody had disturbed it.

NNEXP_GOING_ON_KILLS: how many of them; NNEXP_GOING_ON_SEED draws the moments and the victims.
"""

import json
import os
import random
import signal
import time
from contextlib import suppress

import psutil
import pytest

from nnexp.tracking.records import Tag

KILLS, SEED = int(os.environ.get("NNEXP_GOING_ON_KILLS", "3")), int(os.environ.get("NNEXP_GOING_ON_SEED", "1"))
SWEEP = ("sweep", "tiny", "optimiser=momentum", "eta=0.1", "kernel=numpy", f"hydra.launcher.retries={10 * KILLS}")
ONE = ("train", "dataset=folder", "dataset.path=small.npz", "hidden=10", "batch_size=1", *SWEEP[2:5], "epochs=100")


def workers(command):
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(command.process.pid).children():
            found += [child] if "--multiprocessing-fork" in child.cmdline() else []
    return found


def kept(app):
    """When the latest launch kept a state last; 0 where it has none."""
    launched = max([*app.folder.glob("multirun/*/*"), *app.folder.glob("outputs/*/*")], default=app.folder)
    times = [0]
    with suppress(FileNotFoundError):  # it goes when its run ends
        times += [file.stat().st_mtime_ns for file in launched.rglob("checkpoint.npz")]
    return max(times)


def wait_for_a_state(app, command, wait_until):
    before = kept(app)  # by this launch or the one before
    wait_until(lambda: kept(app) not in (0, before) or command.process.poll() is not None, what="a state to be kept")


def continued(app):
    return [run for run in app.finished() if Tag.CONTINUED_FROM in run.tags]


@pytest.mark.xdist_group("kills")
def test_kills(app, wait_until):
    app.sweep_file(runs=0, epochs=60, batch_size=1)
    app.misbehave("0=wait 1=wait 2=wait")  # so that the first kill meets a run that goes on
    moments, runs, command = random.Random(SEED), 3, None
    for kill in range(KILLS):
        while command is None or command.process.poll() is not None:
            if command and command.end() == 0:
                runs += 3  # all have ended: there is to be something to kill
            command = app.start(*SWEEP, f"hydra.sweeper.params.seed='range({runs})'")
            if kill == 0 or moments.random() < 0.7:
                wait_for_a_state(app, command, wait_until)
            time.sleep(moments.uniform(0, 0.5))
        victim = moments.choice(["worker", "launcher", "group"])
        if victim == "worker":
            for worker in moments.sample(some := workers(command), min(1, len(some))):
                worker.kill()
            time.sleep(moments.uniform(0, 0.5))
        else:
            with suppress(ProcessLookupError):
                (os.kill if victim == "launcher" else os.killpg)(command.process.pid, signal.SIGKILL)
            assert command.end() in (0, -signal.SIGKILL), command.said
        (app.folder / "go").touch()
    assert command.end() in (0, -signal.SIGKILL), command.said
    app.run(*SWEEP, f"hydra.sweeper.params.seed='range({runs})'")
    app.check_complete(runs)
    assert "does not go on" not in "".join(command.said for command in app.commands)
    assert "all is well" in app.run("doctor")
    whole = app.digests()
    for run in app.store.runs():
        lines = (app.store.artifact(run.run_id, "epochs.jsonl") or b"").splitlines()
        assert [json.loads(line)["digest"] for line in lines] == whole[run.key][: len(lines)]
    ids = [run.run_id for run in continued(app)]
    assert ids
    app.run("rerun", *ids)  # each from its start, to the same bits


def test_a_single_run(app, wait_until):
    app.misbehave("0=wait")
    command = app.start(*ONE)
    wait_for_a_state(app, command, wait_until)
    command.signal_group(signal.SIGKILL)
    assert command.end() == -signal.SIGKILL
    app.behave()
    assert " on from epoch " in app.run(*ONE)
    (run,) = continued(app)
    assert "identical in all 100 epochs" in app.run("rerun", run.run_id)
    assert [*app.folder.rglob("outputs/*/*/checkpoint.npz")] != []  # in the folder of the one that was killed


THEIRS = """
import random, time
from pathlib import Path

def walk(forgets: bool = False, *, state=None, seed: int):
    here = state or {"place": 0.0, "epoch": 0, "draws": random.Random(seed).getstate()}
    draw = random.Random()
    draw.setstate(here["draws"] if not (state and forgets) else random.Random(7).getstate())
    while here["epoch"] < 6:
        while here["epoch"] == 4 and not Path("go").exists():
            time.sleep(0.01)
        here["epoch"] += 1
        here["place"] += draw.random()
        here["draws"] = draw.getstate()
        yield {"place": here["place"]}, here
"""


@pytest.mark.parametrize("forgets", [False, True])
def test_a_function_of_others_goes_on_if_it_can_be_gone_on_with_exactly(app, forgets, wait_until):
    (app.folder / "mine.py").write_text(THEIRS)
    typed = ("train", "mine.py:walk", f"forgets={forgets}")
    command = app.start(*typed)
    wait_for_a_state(app, command, wait_until)
    command.wait_for("epoch 4")
    command.signal_group(signal.SIGKILL)
    command.end()
    (app.folder / "go").touch()
    said = app.run(*typed)
    (run,) = app.finished()
    (killed,) = (run for run in app.store.runs() if run.status == "KILLED")
    if forgets:
        assert f"does not go on from run {killed.run_id[:8]}: epoch " in said
        assert "; it is trained anew" in said
    else:
        assert f" of run {killed.run_id[:8]}" in said
    assert (Tag.CONTINUED_FROM in run.tags) is not forgets
    assert "identical" in app.run("rerun", run.run_id)
