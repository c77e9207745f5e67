"""Places that cannot be had: a store to read alone or that takes no runs, no folder for state, few open files."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nnexp.recording import pending

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def train(nnexp: Nnexp, database: Path, tiny_data: Path) -> Nnexp:
    assert database.exists()

    def type_train(*arguments: str) -> tuple[int, str, str]:
        return nnexp("train", "dataset=folder", f"dataset.path={tiny_data}", "hidden=5", "epochs=1", *arguments)

    return type_train


@pytest.mark.parametrize("state", ["file", "file/below"])
def test_results_reach_the_store_where_no_state_can_be_kept(
    state: str, train: Nnexp, nnexp: Nnexp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NNEXP_STATE", str(tmp_path / state))
    status, _, err = train("-m", "seed=0,1", "hydra.launcher.jobs=1")
    assert (status, "Traceback" in err) == (0, False)
    assert nnexp("runs")[1].count("FINISHED") == 2


class TestOpenFiles:
    @pytest.mark.parametrize(
        ("limit", "status", "last"),
        [
            ("-n 16", 2, "nnexp: 42 files must be open at once, but 16 may be (ulimit -n)"),
            ("-n 37", 2, "nnexp: 42 files must be open at once, but 37 may be (ulimit -n); jobs=1 needs fewer"),
            ("-S -n 16", 0, "nnexp: 2 runs in "),
        ],
    )
    def test_a_sweep_that_would_end_midway_is_not_begun(
        self, limit: str, status: int, last: str, database: Path, tiny_data: Path, nnexp: Nnexp
    ) -> None:
        assert database.exists()
        settings = f"dataset=folder dataset.path={tiny_data} epochs=1 hidden=5,6 hydra.launcher.jobs=2"
        command = f"ulimit {limit}; exec {sys.executable} -m nnexp train -m {settings}"
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        assert done.stderr.replace("hydra.launcher.", "").splitlines()[-1].startswith(last)
        assert nnexp("runs")[1].count("FINISHED") == (0 if status else 2)


class TestAStoreToReadAlone:
    @pytest.fixture
    def place(self, train: Nnexp, tmp_path: Path) -> Iterator[Path]:
        """A store that everybody may look at, and others write nothing into; pytest's own folders are closed."""
        train("-m", "seed=0,1", "hydra.launcher.jobs=1")
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            with (
                closing(sqlite3.connect(tmp_path / "mlflow.db")) as ours,
                closing(sqlite3.connect(place / "mlflow.db")) as to,
            ):
                ours.backup(to)  # with what stands in its log: this process has not ended
            (place / "others").mkdir()
            (place / "others").chmod(0o777)
            place.chmod(0o755 if os.geteuid() == 0 else 0o555)
            yield place
            place.chmod(0o755)

    @pytest.fixture
    def by_another(self, place: Path) -> Callable[..., tuple[int, str]]:
        """Have commands typed by a user who may not write there."""
        others = str(place / "others")
        environment = os.environ | {"NNEXP_STATE": f"{others}/state", "NNEXP_CACHE": others, "HOME": others}
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []

        def type_command(*arguments: str) -> tuple[int, str]:
            command = [*user, sys.executable, "-m", "nnexp", *arguments]
            done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
            return done.returncode, done.stdout + done.stderr

        return type_command

    def test_is_read_and_whoever_would_write_is_told(
        self, by_another: Callable[..., tuple[int, str]], place: Path
    ) -> None:
        status, said = by_another("runs")
        assert (status, said.count("FINISHED")) == (0, 2), said
        status, said = by_another("compare")
        assert (status, "Traceback" in said) == (0, False), said
        refused = f"nnexp: the tracking store {place}/mlflow.db cannot be used: {place}/mlflow.db may not be written"
        for command in (["doctor"], ["train", "-m", "seed=7,8", "dataset.limit=100", "hydra.sweep.dir=others/x"]):
            status, said = by_another(*command)
            assert (status, said.splitlines()[-1]) == (2, refused), said


def test_a_state_folder_of_somebody_else_holds_nothing_for_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pending").touch()
    monkeypatch.setenv("NNEXP_STATE", str(tmp_path))
    assert pending.waiting("sqlite:///mlflow.db nnexp", aside=True) == {}


@pytest.mark.parametrize("several", [[], ["-m", "seed=0,1"]], ids=["train", "multirun"])
def test_a_deleted_experiment_takes_no_runs_and_says_so_before_any_is_trained(
    several: list[str], train: Nnexp, database: Path
) -> None:
    assert train()[0] == 0
    with closing(sqlite3.connect(database)) as connection, connection:  # as MLflow's page does it
        connection.execute("UPDATE experiments SET lifecycle_stage = 'deleted' WHERE name = 'nnexp'")
        connection.execute("UPDATE runs SET lifecycle_stage = 'deleted'")
    status, out, err = train(*several)
    assert (status, out) == (2, "")
    assert f"nnexp: experiment nnexp of {database} was deleted, and takes no runs; restore it" in err
    assert f"(MLFLOW_TRACKING_URI=sqlite:///{database} mlflow experiments restore --experiment-id 1)" in err
