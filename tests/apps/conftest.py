"""Commands in a folder of their own: a small data set, a named sweep, and everything that a command may touch.

They are forked from a process that has made their imports; `real=True` starts Python anew, where it is the start that
is tested.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

import nnexp
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.records import Kind, Run, Status
from tests.patience import HANGS_S
from tests.zygote import MISBEHAVIOUR, Forked, Zygote

LEFT_ALONE = ("MLFLOW_", "NNEXP_", "HYDRA_", "PYTHONPATH", "XDG_")
SWEEP = """\
defaults:
  - config
  - override dataset: folder
  - _self_
hidden: {hidden}
batch_size: {batch_size}
epochs: {epochs}
dataset:
  path: {data}
  split: book
hydra:
  launcher: {launcher}
  sweeper:
    params:
      seed: range({runs})
"""


def wait_until(condition: Callable[[], object], *, what: str) -> None:
    deadline = time.monotonic() + HANGS_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


class Command:
    """A command that is going on, in a process group of its own, with what it has said so far."""

    def __init__(self, process: subprocess.Popen[bytes] | Forked, log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str, times: int = 1) -> None:
        wait_until(lambda: self.said.count(text) >= times or self.process.poll() is not None, what=text)
        assert self.said.count(text) >= times, self.said

    def signal_group(self, number: int) -> None:
        os.killpg(self.process.pid, number)

    def end(self) -> int:
        """Wait for the end; then nothing of the group may be left."""
        try:
            self.process.wait(HANGS_S)
            wait_until(lambda: not group_lives(self.process.pid), what="the workers to leave")
        finally:
            if group_lives(self.process.pid):
                self.signal_group(signal.SIGKILL)
        return self.process.returncode


def start_real(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: IO[Any], err: IO[Any]
) -> subprocess.Popen[bytes]:
    """Start Python anew."""
    command = [sys.executable, "-m", "nnexp", *arguments]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=err, start_new_session=True)


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class App:
    """A folder in which commands are typed."""

    folder: Path
    zygote: Zygote
    environment: dict[str, str] = field(default_factory=dict)
    uri: str = ""
    experiment: str = "nnexp"
    commands: list[Command] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "mlflow.db"

    @property
    def store(self) -> SqlReader:
        return SqlReader(Location(self.uri or f"sqlite:///{self.database}", self.experiment))

    def sweep_file(
        self, name: str = "tiny", *, runs: int, epochs: int = 3, hidden: int = 10, batch_size: int = 10,
        launcher: str = "{jobs: 2}",
    ) -> None:  # fmt: skip
        (self.folder / "sweeps").mkdir(exist_ok=True)
        text = SWEEP.format(
            hidden=hidden, batch_size=batch_size, epochs=epochs, data=self.folder / "small.npz", launcher=launcher,
            runs=runs,
        )  # fmt: skip
        (self.folder / "sweeps" / f"{name}.yaml").write_text(text)

    def misbehave(self, acts: str) -> None:
        """Have runs of some seeds do what tests/misbehaviour offers."""
        self.environment |= {"PYTHONPATH": str(MISBEHAVIOUR), "NNEXP_MISBEHAVE": acts}

    def behave(self) -> None:
        for name in ("PYTHONPATH", "NNEXP_MISBEHAVE"):
            self.environment.pop(name, None)

    def start(self, *arguments: str, real: bool = False) -> Command:
        log = self.folder / f"command-{len(self.commands) + 1}.log"
        with log.open("w") as file:
            start = start_real if real else self.zygote.start
            self.commands.append(Command(start(arguments, self.folder, self.environment, file, file), log))
        return self.commands[-1]

    def run(self, *arguments: str, status: int = 0, real: bool = False) -> str:
        """Run a command to its end, which must be this."""
        command = self.start(*arguments, real=real)
        assert command.end() == status, command.said
        assert "Traceback" not in command.said, command.said
        return command.said

    def close(self) -> None:
        """Leave nothing going on, if a test ended before its commands did."""
        for command in self.commands:
            if command.process.poll() is None:
                command.signal_group(signal.SIGKILL)
                command.process.wait(HANGS_S)

    def digests(self) -> dict[str, list[str]]:
        """Each finished key's digests, epoch by epoch."""
        return {
            str(record.key): [
                json.loads(line)["digest"]
                for line in (self.store.artifact(record.run_id, "epochs.jsonl") or b"").decode().splitlines()
            ]
            for record in self.finished()
        }

    def accuracies(self) -> dict[str, float]:
        return {record.name: record.metrics["final/test_accuracy"] for record in self.finished()}

    def finished(self) -> list[Run]:
        return self.store.runs(status=Status.FINISHED)

    def check_complete(self, runs: int) -> None:
        """Every key finished just once, nothing running, the sweep closed, and each metric with one value a step."""
        keys = Counter(record.key for record in self.finished())
        assert (len(keys), set(keys.values())) == (runs, {1})
        assert self.store.runs(None, status=Status.RUNNING) == []
        assert {sweep.status for sweep in self.store.runs(Kind.SWEEP)} == {Status.FINISHED}
        ids = [record.run_id for record in self.finished()]
        names = {name for record in self.finished() for name in record.metrics}
        assert {"train/cost", "val/accuracy", "test/accuracy", "final/test_accuracy", "best/epoch"} <= names
        for name in names:
            series = self.store.history(ids, name)
            assert set(series) == set(ids), f"{name} is missing"
            for run_id, record in zip(ids, self.finished(), strict=True):
                steps = [step for step, _ in series[run_id]]
                wanted = [0] if name.startswith(("best/", "final/")) else range(1, int(record.params["epochs"]) + 1)
                assert steps == list(wanted), f"{name} of {record.name}"


def small_data(folder: Path) -> None:
    """Four hundred and a hundred noisy images of 8x8 in four classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(500) % 4
    images = rng.integers(0, 150, (500, 8, 8))
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 2] += 25
    images[images < 75] = 0  # as most pixels of a picture are: what the compiled kernel is for
    x, y = images.astype(np.uint8), labels.astype(np.uint8)
    np.savez(folder / "small.npz", x_train=x[:400], y_train=y[:400], x_test=x[400:], y_test=y[400:])


def isolated(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_ALONE)}
    return kept | {"NNEXP_CACHE": str(folder / ".cache"), "NNEXP_STATE": str(folder / ".state"), "COLUMNS": "140"}


@pytest.fixture(scope="session")
def make_app(store_file: Path, zygote: Zygote) -> Callable[[Path], App]:
    """Make a folder with the small data set and an empty store, whose artifacts go beside it."""

    def make_app(folder: Path) -> App:
        small_data(folder)
        shutil.copy(store_file, folder)
        with closing(sqlite3.connect(folder / store_file.name)) as database, database:
            database.execute(
                "UPDATE experiments SET artifact_location = replace(artifact_location, ?, ?)",
                (store_file.parent.as_uri(), folder.as_uri()),
            )
        return App(folder, zygote, isolated(folder))

    return make_app


@pytest.fixture
def app(tmp_path: Path, make_app: Callable[[Path], App]) -> Iterator[App]:
    app = make_app(tmp_path)
    yield app
    app.close()


@pytest.fixture
def fresh_app(tmp_path: Path, zygote: Zygote) -> Iterator[App]:
    """A folder without a store: the first command makes it."""
    small_data(tmp_path)
    app = App(tmp_path, zygote, isolated(tmp_path))
    yield app
    app.close()


@pytest.fixture
def changed_package(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Change a file in a copy of the package, for PYTHONPATH."""
    source, copy = Path(nnexp.__file__).parent, tmp_path / "package"

    def change(name: str, old: str, new: str) -> Path:
        if not copy.exists():
            shutil.copytree(source, copy / "nnexp", ignore=shutil.ignore_patterns("__pycache__"))
            for shipped in ("conf", "sweeps", "data"):
                origin = source / "shipped" / shipped if (source / "shipped").is_dir() else source.parent / shipped
                (copy / shipped).symlink_to(origin)
        file = copy / "nnexp" / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        return copy

    return change


@pytest.fixture(name="wait_until", scope="session")
def wait_until_fixture() -> Callable[..., None]:
    """Wait for a condition, with a deadline."""
    return wait_until
