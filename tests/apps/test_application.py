"""A Hydra application of somebody's, run as its own script with `hydra/launcher=nnexp`: real commands and kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from nnexp.sweep.merge import survey_merge
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Status, Tag
from tests.apps.conftest import App, Command

SCRIPT = """\
import logging
from pathlib import Path

import hydra
import nnexp
from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from hydra.utils import get_original_cwd
from omegaconf import DictConfig

log = logging.getLogger(__name__)


class Noting(Callback):
    def on_job_start(self, config, *, task_function, **kwargs):
        Path("started.txt").write_text(task_function.__name__)

    def on_job_end(self, config, job_return, **kwargs):
        Path("ended.txt").write_text(f"{job_return.status.name}")


@hydra.main(version_base="1.3", config_path=".", config_name="config")
def fit(cfg: DictConfig) -> float:
    log.info("fitting with lr=%s", cfg.lr)
    gate = Path(get_original_cwd(), "gate")
    loss = 0.0
    for epoch in range(cfg.epochs):
        if epoch == 2 and cfg.seed and gate.exists():
            gate.read_text()
        loss = cfg.lr / (epoch + 1)
        nnexp.log({"val/loss": loss}, step=epoch)
    Path("here.txt").write_text(HydraConfig.get().runtime.output_dir)
    if cfg.lr > 1:
        raise ArithmeticError(f"lr={cfg.lr} diverged")
    return loss


if __name__ == "__main__":
    fit()
"""
CONFIG = """\
defaults: [_self_]
lr: 0.1
seed: 0
epochs: 3
twice: ${lr}
keep: ${hydra:runtime.output_dir}/kept
hydra:
  job: {chdir: true}
  callbacks: {noting: {_target_: __main__.Noting}}
"""
MULTIRUN = ("-m", "hydra/launcher=nnexp", "hydra.launcher.jobs=2")

Start = Callable[..., Command]


@pytest.fixture
def start(app: App) -> Start:
    """Start the script in its folder."""
    (app.folder / "fit.py").write_text(SCRIPT)
    (app.folder / "config.yaml").write_text(CONFIG)

    def start(*arguments: str, real: bool = False) -> Command:
        log = app.folder / f"script-{len(app.commands) + 1}.log"
        with log.open("w") as file:
            if real:
                command = [sys.executable, "fit.py", *arguments]
                process = subprocess.Popen(
                    command, cwd=app.folder, env=app.environment, stdout=file, stderr=file, start_new_session=True
                )
            else:
                process = app.zygote.start(arguments, app.folder, app.environment, file, file, script="fit.py")
        app.commands.append(Command(process, log))
        return app.commands[-1]

    return start


def run(start: Start, *arguments: str, status: int = 0, real: bool = False) -> str:
    command = start(*arguments, real=real)
    assert command.end() == status, command.said
    return command.said


def test_its_jobs_are_runs_and_are_as_it_expects_them(app: App, start: Start) -> None:
    said = run(start, *MULTIRUN, "lr=0.1,0.2", "seed=0", real=True)
    assert "nnexp: 2 runs; 2 to do" in said
    for record in app.finished():
        folder = Path(record.tags["nnexp.folder"]).parent
        assert record.tags["nnexp.task"] == "fit.py:fit"
        assert (folder / "here.txt").read_text() == str(folder)
        assert (folder / "started.txt").read_text() == "fit"
        assert (folder / "ended.txt").read_text() == "COMPLETED"
        assert f"fitting with lr={record.params['lr']}" in (folder / "fit.log").read_text()
        assert (folder / ".hydra/overrides.yaml").read_text() == f"- lr={record.params['lr']}\n- seed=0\n"
        assert record.params["keep"] == f"{folder}/kept"
    losses = app.store.history([record.run_id for record in app.finished()], "val/loss")
    assert sorted(losses.values()) == [[(step, pytest.approx(lr / step)) for step in (1, 2, 3)] for lr in (0.1, 0.2)]
    assert len(survey_merge(app.store.runs(None), app.store, MemoryStore()).coming) == 2  # by their keys
    again = run(start, *MULTIRUN, "lr=0.2,0.1", "seed=0")
    assert "2 runs, 2 of them finished already and reused; 0 to do" in again
    assert len(app.store.runs()) == 2
    [swept] = app.store.runs(Kind.SWEEP)
    assert swept.tags[Tag.COMMAND] == f"python fit.py {' '.join(MULTIRUN)} lr=0.2,0.1 seed=0"


def test_what_fails_is_told_as_hydra_tells_it_and_the_others_go_on(app: App, start: Start) -> None:
    said = run(start, *MULTIRUN, "lr=3,0.2", status=1)
    assert "ArithmeticError: lr=3 diverged" in said
    assert 'raise ArithmeticError(f"lr={cfg.lr} diverged")' in said  # the line of the script
    assert sorted(record.status for record in app.store.runs()) == [Status.FAILED, Status.FINISHED]
    assert {sweep.status for sweep in app.store.runs(Kind.SWEEP)} == {Status.FAILED}


def test_the_same_command_goes_on_after_a_kill(app: App, start: Start, wait_until: Callable[..., None]) -> None:
    os.mkfifo(app.folder / "gate")
    asked = (*MULTIRUN, "lr=0.1,0.2", "seed=0,1")
    command = start(*asked)
    wait_until(lambda: len(app.finished()) == 2 or command.process.poll() is not None, what="what does not wait")
    command.signal_group(signal.SIGKILL)
    command.end()
    (app.folder / "gate").unlink()
    assert "4 runs, 2 of them finished already and reused; 2 to do" in run(start, *asked)
    assert sorted((record.params["lr"], record.params["seed"]) for record in app.finished()) == [
        (lr, seed) for lr in ("0.1", "0.2") for seed in ("0", "1")
    ]
    assert app.store.runs(None, status=Status.RUNNING) == []
    assert {sweep.status for sweep in app.store.runs(Kind.SWEEP)} == {Status.FINISHED}
    assert "fit lr=0.2 seed=1" in app.run("runs")
    assert "fit.py:fit is a Hydra application, which its own command trains" in app.run("rerun", "fit", status=2)


def opened(gate: Path, descriptors: list[int]) -> bool:
    """Open a fifo for writing, if somebody waits at its other end."""
    with suppress(OSError):
        descriptors.append(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
    return bool(descriptors)


def test_ctrl_c_ends_it_and_records_it(app: App, start: Start, wait_until: Callable[..., None]) -> None:
    os.mkfifo(app.folder / "gate")
    command = start(*MULTIRUN, "seed=0,1")
    gate: list[int] = []
    wait_until(lambda: app.finished() or command.process.poll() is not None, what="the one that does not wait")
    wait_until(lambda: opened(app.folder / "gate", gate) or command.process.poll() is not None, what="the other")
    command.signal_group(signal.SIGINT)
    command.wait_for("runs end at their next epoch")
    os.close(gate[0])
    assert command.end() == 130
    assert sorted(record.status for record in app.store.runs()) == [Status.FINISHED, Status.KILLED]


def test_without_a_multirun_nothing_of_nnexp_takes_part(app: App, start: Start) -> None:
    run(start, "hydra/launcher=nnexp", "lr=0.3", real=True)
    assert app.store.runs() == []
    assert not [*app.folder.glob("outputs/*/*/.nnexp")]
