"""On MLflow's page tags stand where it looks for them; in nnexp they have nnexp's names."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.reader import ClientReader
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import RunStart, Tag

OURS = {Tag.SOURCE: "nnexp", Tag.COMMIT: "c0ffee", Tag.USER: "me", Tag.NOTE: "yes", Tag.DIRTY: "false"}
PAGE = {
    "mlflow.source.name": "nnexp",
    "mlflow.source.type": "LOCAL",
    "mlflow.source.git.commit": "c0ffee",
    "mlflow.user": "me",
    "mlflow.note.content": "yes",
    "mlflow.parentRunId": "f" * 32,
    "nnexp.dirty": "false",
}


@pytest.fixture
def location(database: Path) -> Location:
    return Location(f"sqlite:///{database}", "x")


def stored(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT key, value FROM tags WHERE key != 'mlflow.runName'"))


@pytest.mark.parametrize("written", [OURS, PAGE], ids=["in our words", "in MLflow's, by the version before"])
def test_the_page_finds_its_own_words(written: dict[str, str], location: Location, database: Path) -> None:
    MlflowStore(location).create(RunStart("r", 1, tags=written, parent_id="f" * 32))
    assert stored(database) == PAGE


@pytest.mark.parametrize("reader", [SqlReader, ClientReader])
@pytest.mark.parametrize("asked", [{Tag.USER: "me"}, {"mlflow.user": "me"}, {Tag.PARENT: "f" * 32}])
def test_either_way_of_reading_gives_and_takes_ours(
    asked: dict[str, str], reader: type[SqlReader] | type[ClientReader], location: Location
) -> None:
    MlflowStore(location).create(RunStart("r", 1, tags=PAGE))
    (run,) = reader(location).runs(None, tags=asked)
    assert (run.parent_id, {name: run.tags[name] for name in OURS}) == ("f" * 32, OURS)
    assert reader(location).runs(None, tags={Tag.USER: "you"}) == []
