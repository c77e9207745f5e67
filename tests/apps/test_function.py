"""A function of anybody's, by real commands: whatever it does, its runs have a fate, and the sweep goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from nnexp.tracking.records import Kind, Run, Status, Tag

MINE = """\
    import ctypes, os, resource, signal, sys, time
    from pathlib import Path
    import numpy as np

    def train(way: str = "ok", epochs: int = 3, *, seed: int):
        for epoch in range(1, epochs + 1):
            yield {"val/accuracy": 0.5 + 0.01 * epoch + 0.1 * seed, **odd(way, epoch)}
            if epoch == 2:
                ACTS.get(way, int)()

    def odd(way, epoch):
        if way == "lost" and epoch == 2:
            return {"val/loss": float("nan"), "val/other": float("inf")}
        return {"val/loss": "small"} if way == "text" and epoch == 2 else {"val/loss": 1 / epoch}

    def memory():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 32, 1 << 32))
        np.ones(1 << 32)

    ACTS = {
        "raise": lambda: {}["a"],
        "exit": sys.exit,
        "exit-3": lambda: sys.exit(3),
        "gone": lambda: os._exit(0),
        "segfault": lambda: ctypes.string_at(0),
        "memory": memory,
        "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "aside": lambda: os.chdir("/"),
    }

    def never(): return

    def forever(seed: int, state=None):
        epoch = state or 0
        Path(f"begun-{seed}").touch()
        try:
            while True:
                epoch += 1
                yield {"val/loss": 1 / epoch}, epoch
                time.sleep(0.02)
        finally:
            Path(f"closed-{seed}").touch()
"""
FATES = {  # and how often each is tried
    "ok": (None, 1),
    "aside": (None, 1),
    "lost": (None, 1),
    "raise": ("KeyError: 'a'", 1),
    "exit": ("mine.py:train called sys.exit(None)", 1),
    "exit-3": ("mine.py:train called sys.exit(3)", 1),
    "gone": ("the worker exited with status 0", 2),
    "segfault": ("the worker was ended by SIGSEGV", 2),
    "killed": ("the worker was ended by SIGKILL", 2),
    "memory": ("MemoryError: Unable to allocate 32.0 GiB", 1),
    "text": ("mine.py:train yielded val/loss='small'; expected a number", 1),
}


@pytest.fixture
def mine(app):
    (app.folder / "mine.py").write_text(dedent(MINE))
    return app


def by_way(app) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {way: [] for way in FATES}
    for run in app.store.runs():
        runs[run.params["way"]].append(run)
    return runs


def test_every_way_of_failing_has_its_fate_and_its_line(mine):
    command = mine.start("train", "-m", "mine.py:train", f"way={','.join(FATES)}", "hydra.launcher.jobs=2")
    assert command.end() == 1  # and nothing of it is left
    assert "Traceback" not in command.said
    runs = by_way(mine)
    failed = [way for way, (told, _) in FATES.items() if told]
    assert f"{len(failed)} of {len(FATES)} runs failed; type the same command again" in command.said
    for way, (told, tries) in FATES.items():
        assert len(runs[way]) == tries, way
        for run in runs[way]:
            assert run.status is (Status.FAILED if told else Status.FINISHED), way
            assert run.tags.get(Tag.REASON, "").startswith(told or ""), way
        if told:
            (line,) = [one for one in command.said.splitlines() if f"way={way} " in one and " failed in " in one]
            assert f"in epoch 3: {told}" in line or f"in epoch 2: {told}" in line
            assert Path(line.rpartition("(see ")[2].rstrip(")")).is_dir()
    for way in ("raise", "exit", "memory"):
        trace = mine.store.artifact(runs[way][0].run_id, "traceback.txt") or b""
        assert b'mine.py", line' in trace.splitlines()[1], way
    (sweep,) = mine.store.runs(Kind.SWEEP)
    assert sweep.status is Status.FAILED


def test_no_number_is_kept_as_it_came(mine):
    mine.run("train", "mine.py:train", "way=lost", "epochs=2")
    (run,) = mine.finished()
    assert [step for step, _ in mine.store.history([run.run_id], "val/loss")[run.run_id]] == [1, 2]
    assert run.status is Status.FINISHED


def test_a_run_that_gives_nothing_fails(mine):
    command = mine.start("train", "mine.py:never")
    assert command.end() == 1
    told = "mine.py:never gave nothing; expected it to yield or to return a mapping of names to numbers"
    assert told in command.said
    assert "Traceback" not in command.said


def test_what_never_ends_is_ended_by_its_bound_or_its_timeout(mine):
    mine.run("train", "mine.py:forever", "epochs=3")
    (run,) = mine.finished()
    assert run.metrics["val/loss"] == 1 / 3
    assert (mine.folder / "closed-0").exists()
    command = mine.start("train", "-m", "mine.py:forever", "seed=1,2", "hydra.launcher.timeout=1s")
    assert command.end() == 1
    assert command.said.count("it took longer than timeout=1s") >= 2
    assert [run.status for run in mine.store.runs(status=Status.FAILED)] == [Status.FAILED] * 2


def test_ctrl_c_closes_it_at_its_yield(mine, wait_until):
    command = mine.start("train", "-m", "mine.py:forever", "seed=1,2", "hydra.launcher.jobs=2")
    wait_until(lambda: len([*mine.folder.glob("begun-*")]) == 2, what="both runs")
    command.signal_group(signal.SIGINT)
    assert command.end() == 130
    assert {path.name for path in mine.folder.glob("closed-*")} == {"closed-1", "closed-2"}
    assert {run.status for run in mine.store.runs()} == {Status.KILLED}


def test_files_may_be_called_as_pythons_modules_and_installed_ones_are(app):
    """As the command is typed: `python -m` would look for nnexp's own imports among them."""
    for name in ("numpy.py", "random.py"):
        (app.folder / name).write_text("def train(seed):\n    import numpy\n    yield {'val/loss': numpy.sqrt(seed)}\n")
    command = [Path(sys.executable).with_name("nnexp"), "train", "-m", "numpy.py:train", "seed=1,4"]
    ended = subprocess.run(command, cwd=app.folder, env=app.environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert sorted(run.metrics["val/loss"] for run in app.finished()) == [1.0, 2.0]
