"""`nnexp merge`: what a person is told, and that the other store is only read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from nnexp.cli import merge
from nnexp.recording.begin import new_recorder
from nnexp.recording.brought import bring
from nnexp.sweep import merging
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.choose import store_here
from nnexp.tracking.mlflow.location import Location
from nnexp.training.spec import make_spec
from tests.plans import events_of
from tests.server import free_port

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def other(tiny: Callable[..., Any], database: Path, store_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a store with one run, of which a writer has left its log."""
    elsewhere = database.parent / "else ?%20 where"
    elsewhere.mkdir()
    shutil.copy(store_file, elsewhere / "mlflow.db")
    with monkeypatch.context() as patch:
        patch.chdir(elsewhere)
        recorder = new_recorder(make_spec(NETWORK, tiny()), elsewhere / "run", store_here(), say=pytest.fail)
        for event in events_of(tiny()):
            recorder.record(event)
    return elsewhere


def digests(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.endswith("-shm"))
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_store_is_brought_once_and_is_not_changed(other: Path, nnexp: Nnexp) -> None:
    before = digests(other)
    assert nnexp("merge", other, "--dry-run")[:2] == (0, f"1 run would come from {other}/mlflow.db, experiment nnexp\n")
    assert json.loads(nnexp("runs", "--json")[1]) == []
    status, out, _ = nnexp("merge", other / "mlflow.db", "--json")
    told = json.loads(out)
    [listed] = json.loads(nnexp("runs", "--json")[1])
    assert (status, told["coming"][0]["here"], told["refused"]) == (0, listed["run_id"], [])
    status, out, _ = nnexp("merge", other)
    assert (status, out.splitlines()[1]) == (0, "1 run is here already, by their keys, and not doubled")
    assert nnexp("doctor")[0] == 0
    shutil.rmtree(other / "run")
    assert nnexp("rerun", listed["run_id"])[0] == 0
    assert digests(other) == {name: digest for name, digest in before.items() if "/run/" not in name}


def test_a_store_that_may_not_be_written_is_told_before_anything_is_proved(
    other: Path, nnexp: Nnexp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Location, "unwritable", Path("mlflow.db"))
    monkeypatch.setattr(merge, "survey_merge", pytest.fail)
    assert nnexp("merge", other)[0::2][1].endswith("cannot be used: mlflow.db may not be written\n")


def test_a_store_without_runs_makes_none_here(database: Path, nnexp: Nnexp) -> None:
    shutil.move(database, "empty.db")
    status, _, err = nnexp("merge", "empty.db")
    assert (status, "holds no runs of nnexp" in err, database.exists()) == (2, True, False)


def test_a_name_that_fills_the_screen_is_told_in_short(other: Path, nnexp: Nnexp) -> None:
    with closing(sqlite3.connect(other / "mlflow.db")) as there, there:
        there.execute("UPDATE runs SET name = ?", ["wide " * 100])
        there.execute("UPDATE tags SET value = '' WHERE key = 'nnexp.key'")
    status, out, _ = nnexp("merge", other, "--dry-run")
    [line] = [line for line in out.splitlines() if "it has no key" in line]
    assert (status, "…" in line, len(line) < 120) == (1, True, True)


def test_a_merge_that_is_stopped_is_told_in_a_line(other: Path, nnexp: Nnexp, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    def stop_and_bring(*arguments: Any) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        return bring(*arguments)

    for module, name, stop, status, told in (
        (merge, "survey_merge", stopped, 130, "stopped before anything came from"),
        (merging, "bring", stop_and_bring, 143, "stopped: 1 of 1 run came from"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, stop)
            ended, out, err = nnexp("merge", other)
        assert (ended, out, told in err, err.endswith("type it again to go on\n")) == (status, "", True, True), err


def test_a_store_that_is_none_is_told_in_a_line(database: Path, nnexp: Nnexp) -> None:
    Path("linked.db").symlink_to(database)
    Path("also.db").hardlink_to(database)
    with closing(sqlite3.connect("another.db")) as another:
        another.execute("CREATE TABLE dishes (name)")
    for where, told in {
        "nowhere.db": f"there is no store at {database.parent}/nowhere.db; a store is a database file, its folder, or",
        ".": f"{database}, experiment nnexp is the store itself that it was to be merged into; name another",
        "sqlite:////nowhere/at/all.db": "there is no store at /nowhere/at/all.db",
        "sqlite:///nowhere.db": "there is no store at ",
        f"sqlite:///{database.name}": "is the store itself that it was to be merged into",
        " ": "a store must be named: a database file, its folder, or a URL",
        "redis://x": "there is no store at redis://x; a store is a database file, its folder, or a URL that begins",
        "http://": "there is no store at http://; behind it must stand a host, or a file",
        f"http://127.0.0.1:{free_port()}": "Connection refused; is its server running, and is this its address?",
        "linked.db": "linked.db, experiment nnexp is the store itself that it was to be merged into",
        "also.db": "also.db, experiment nnexp is the store itself that it was to be merged into",
        "another.db": "another.db cannot be read: it is a database without MLflow's tables",
    }.items():
        status, out, err = nnexp("merge", where)
        assert (status, out, err.count("\n"), told in err) == (2, "", 1, True), err
    Path("no.db").write_text("text")
    status, out, err = nnexp("merge", "no.db")
    assert (status, out, err.count("\n")) == (2, "", 1)
