"""`nnexp merge`: what a person is told, and that the other store is only read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnexp.recording.begin import new_recorder
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.choose import store_here
from nnexp.training.spec import make_spec
from tests.plans import events_of

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


def test_a_store_that_is_none_is_told_in_a_line(database: Path, nnexp: Nnexp) -> None:
    for where, told in {
        "nowhere.db": f"there is no store at {database.parent}/nowhere.db; a store is a database file, its folder, or",
        ".": f"{database}, experiment nnexp is the store itself that it was to be merged into; name another",
        "sqlite:////nowhere/at/all.db": "there is no store at /nowhere/at/all.db",
        "sqlite:///nowhere.db": "there is no store at ",
        f"sqlite:///{database.name}": "is the store itself that it was to be merged into",
        " ": "a store must be named: a database file, its folder, or a URL",
    }.items():
        status, out, err = nnexp("merge", where)
        assert (status, out, err.count("\n"), told in err) == (2, "", 1, True), err
    Path("no.db").write_text("text")
    status, out, err = nnexp("merge", "no.db")
    assert (status, out, err.count("\n")) == (2, "", 1)
