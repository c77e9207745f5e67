"""Which store and experiment the environment names."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnexp.tracking.mlflow.location import Location


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
    ("uri", "file"), [("sqlite:///runs/my.db", "{here}/runs/my.db"), ("sqlite:////abs/my.db", "/abs/my.db")]
)
def test_a_relative_path_is_made_absolute(uri: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert Location.from_environment().file == Path(file.format(here=tmp_path))


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql://me:pass@host:1/runs", "postgresql://me:***@host:1/runs"),
        ("postgresql+psycopg://postgres:@/runs?host=/x", "postgresql+psycopg://postgres:***@/runs?host=/x"),
        ("http://host:5000", "http://host:5000"),
    ],
)
def test_a_password_is_never_shown(uri: str, shown: str) -> None:
    assert str(Location(uri, "x")) == shown
