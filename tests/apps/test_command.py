"""A script is swept, its launcher killed with SIGKILL in the middle, and the same command goes on."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

TRAIN = """
import os, sys, time
with open("pids", "a") as pids:
    print(os.getpid(), file=pids)
for epoch in range(1, 4):
    print(f"epoch: {epoch} loss: {float(sys.argv[1]) / epoch}", flush=True)
    while epoch == 2 and not os.path.exists("go"):
        time.sleep(0.01)
"""
SWEEP = ("train", "-m", "lr=1,2,3", "hydra.launcher.jobs=2", "--", "python", "train.py", "{lr}")


def runs_on(pid: str) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    return False


@pytest.mark.xdist_group("kills")
def test_a_sweep_of_a_script_survives_its_launcher(fresh_app, wait_until):
    folder = Path(fresh_app.folder)
    (folder / "train.py").write_text(TRAIN)
    command = fresh_app.start(*SWEEP)

    def pids():
        return (folder / "pids").read_text().split() if (folder / "pids").exists() else []

    wait_until(lambda: len(pids()) == 2, what="two scripts")
    os.kill(command.process.pid, signal.SIGKILL)
    command.process.wait()
    wait_until(lambda: not any(map(runs_on, pids())), what="the scripts to end")
    (folder / "go").touch()
    fresh_app.run(*SWEEP)
    finished = [run for run in fresh_app.store.runs() if run.is_finished]
    assert sorted(run.params["lr"] for run in finished) == ["1", "2", "3"]
    assert {run.metrics["loss"] for run in finished} == {1 / 3, 2 / 3, 1.0}
    assert {run.status for run in fresh_app.store.runs()} <= {"FINISHED", "KILLED"}


@pytest.mark.xdist_group("kills")
def test_ctrl_c_ends_a_script_in_good_order(fresh_app, wait_until):
    folder = Path(fresh_app.folder)
    (folder / "train.py").write_text(TRAIN.replace('os.path.exists("go")', "False"))
    command = fresh_app.start("train", "lr=1", *SWEEP[4:])
    wait_until(lambda: "epoch: 2" in command.said, what="the second epoch")
    command.signal_group(signal.SIGINT)
    command.wait_for("runs end at their next epoch")
    command.signal_group(signal.SIGINT)
    assert command.end() == 130
    [pid] = (folder / "pids").read_text().split()
    wait_until(lambda: not runs_on(pid), what="the script to end")
    assert [run.status for run in fresh_app.store.runs()] == ["KILLED"]
