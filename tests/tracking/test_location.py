"""Which store and experiment the environment names."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import RunStart, Tag


def test_without_a_word_it_is_a_file_in_the_working_folder(tmp_path: Path) -> None:
    location = Location.from_environment()
    assert (location.file, location.experiment) == (tmp_path / "mlflow.db", "nnexp")
    assert str(location) == f"{tmp_path}/mlflow.db"


def test_mlflows_own_variables_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    location = Location.from_environment()
    assert location == Location("http://127.0.0.1:5000", "mine")
    assert location.file is None


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("sqlite:///runs/my.db", "{here}/runs/my.db"),
        ("sqlite:////abs/my.db", "/abs/my.db"),
        ("sqlite:///mlflow.db?timeout=30", "{here}/mlflow.db"),
        ("sqlite:////abs/my%20own.db", "/abs/my own.db"),
    ],
)
def test_a_relative_path_is_made_absolute(uri: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert Location.from_environment().file == Path(file.format(here=tmp_path))


@pytest.mark.parametrize("name", ["what?", "100 %", "a%20b", "é è", "a#b", "a&b=c"])
def test_whatever_the_folder_is_called_the_store_lies_in_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Path
) -> None:
    folder, note = tmp_path / "work" / name, tmp_path / "note.txt"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    note.write_text("x")
    store = MlflowStore(Location.from_environment())
    run_id = store.create(RunStart("r", 1, tags={Tag.KIND: "run"}))
    store.save(run_id, [note])
    again = MlflowStore(Location.from_environment())
    assert [run.run_id for run in again.runs()] == [run_id]
    assert again.artifact(run_id, "note.txt") == b"x"
    assert {file.name for file in folder.iterdir()} <= {"mlflow.db", "mlflow.db-wal", "mlflow.db-shm", "mlruns"}
    assert [file.name for file in folder.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", ["MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"])
def test_what_is_no_text_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "sqlite:///bytes\udcff.db")
    with pytest.raises(TrackingError, match="its name is no text in UTF-8 here"):
        Location.from_environment()
