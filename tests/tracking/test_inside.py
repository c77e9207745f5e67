"""What nnexp takes from inside MLflow is still there; if not, a test says what broke and what relies on it."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.store.db import utils as db_utils
from sqlalchemy import TableClause

from nnexp.errors import TrackingError
from nnexp.measure import CHOOSE, Measure
from nnexp.tracking.mlflow import inside, selects, view
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.shown import Shown
from nnexp.tracking.mlflow.sqlite import create_sqlite
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Run, Status

BROKE = f"MLflow {version('mlflow')} is not as 3.17.2 was:"
TABLES = [selects.EXPERIMENTS, selects.RUNS, selects.PARAMS, selects.TAGS, selects.LATEST, selects.METRICS]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_its_tables_have_the_columns_that_are_read(table: TableClause, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        there = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table.name})")}
    missing = set(table.columns.keys()) - there
    assert not missing, f"{BROKE} its table {table.name} has no {missing}, which tracking/mlflow/selects.py names"


def test_a_copy_of_an_empty_database_is_one_of_mlflows(tmp_path: Path) -> None:
    for name in ("first", "copy"):
        create_sqlite(tmp_path / name / "mlflow.db")
    client = MlflowClient(f"sqlite:///{tmp_path}/copy/mlflow.db")
    (default,) = client.search_experiments()
    at = default.artifact_location
    assert at.startswith((tmp_path / "copy" / "mlruns").as_uri()), f"{BROKE} its empty database names artifacts at {at}"


def test_a_database_that_does_not_answer_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    here, sleep = threading.get_ident(), time.sleep

    def nap(seconds: float) -> None:
        """Count what this thread would sleep; what others of the tests left behind may."""
        naps.append(seconds) if threading.get_ident() == here else sleep(seconds)

    monkeypatch.setattr(db_utils.time, "sleep", nap)
    with pytest.raises(TrackingError, match="cannot be used"):
        MlflowStore(Location("postgresql+psycopg://me@127.0.0.1:1/none", "x")).prepare()
    assert len(naps) < inside.RETRIES, f"{BROKE} db_utils.MAX_RETRY_COUNT no longer limits its {len(naps)} tries"


def test_a_locked_database_is_waited_for_no_longer_than_a_server(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside, "WAIT", f"{inside.WAITS} = 1")
    store = MlflowStore(Location(f"sqlite:///{database}", "x"))
    store.prepare()
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TrackingError, match="is locked by another process; end what has it open"):
            store.log("a run", tags={"a": "b"})


def test_an_artifact_repository_writes_where_the_client_reads(database: Path, tmp_path: Path) -> None:
    uri = f"sqlite:///{database}"
    client = MlflowClient(uri)
    run = client.create_run("0").info
    (tmp_path / "note.txt").write_text("x")
    inside.artifacts_at(run.artifact_uri, uri).log_artifact(str(tmp_path / "note.txt"))
    found = [file.path for file in client.list_artifacts(run.run_id)]
    assert found == ["note.txt"], f"{BROKE} get_artifact_repository wrote elsewhere: the client finds {found}"


def test_its_page_still_knows_every_word_of_a_view() -> None:
    """Whether it understands them, tests/cli/test_ui_browser.py asks a browser."""
    groups = {(str(n), str(n)): [Run(str(n), "", Status.FINISHED, 0, None, {}, {}, {})] for n in range(1 + view.MANY)}
    some = Shown(("a", "b"), groups, len(groups), len(groups), repeated=False)
    zoomed = {"val/accuracy": {"yMin": 0.9, "yMax": 1.0}}
    described = view.sweep_view("member", "seed", [Measure("val/accuracy", purpose=CHOOSE)], some, zoomed)
    charts = [word for chart in described["compareRunCharts"] for word in (*chart, *chart.get("range", ()))]
    words = {view.TAG, view.PACKED, "viewStateShareKey", "groupByKeys", "PARALLEL", *described, *charts}
    words |= {*described["compareRunSections"][0]}
    scripts = Path(mlflow.__file__).parent.joinpath("server/js/build/static/js").glob("*.js")
    page = "\n".join(script.read_text() for script in scripts)
    unknown = {word for word in words if word not in page}
    assert not unknown, f"{BROKE} its page knows nothing of {unknown}, which tracking/mlflow/view.py writes"
