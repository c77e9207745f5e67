"""What is written with SQL of our own are the rows that MLflow's client writes, in every table."""

from __future__ import annotations

import math
from importlib.metadata import version
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, select

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow import sql_rows
from nnexp.tracking.mlflow.client_rows import ClientRows
from nnexp.tracking.mlflow.inside import engine_of
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.mlflow.sql_rows import SqlRows
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.mlflow.writer import Rows, Writer
from nnexp.tracking.records import Metric, RunStart, Status, Tag

TAGS = {Tag.UID: "u", Tag.KIND: "run", "mlflow.user": "me", "note": "x" * 7000}
RUN = RunStart("784-30-10", 1000, {"eta": "3.0", "path": "p" * 7000}, TAGS)
ODD = [math.nan, math.inf, -math.inf, 0, -0.0, 7, 1e-320, 0.1]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def uri(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('database')}"
    return str(request.getfixturevalue("postgres"))


def open_rows(uri: str, experiment: str) -> tuple[Rows, Rows, Writer]:
    location = Location(uri, experiment)
    writer = Writer(location, SqlReader(location))
    return writer._rows, ClientRows(writer._client, writer.experiment_id, SqlReader(location)), writer


def written(engine: Engine, writer: Writer) -> dict[str, list[Any]]:
    """Give every row of any table that belongs to the experiment, with its ids and its name taken out."""
    (tables := MetaData()).reflect(engine)
    runs = tables.tables["runs"]
    with engine.connect() as database:
        ours = select(runs.c.run_uuid).where(runs.c.experiment_id == int(writer.experiment_id))
        ids = [*database.execute(ours.order_by(runs.c.start_time)).scalars()]
        known = {one: f"run {n}" for n, one in enumerate(ids)}
        known |= {f"/{one}/": "/its own/" for one in (writer.location.experiment, writer.experiment_id)}
        found = {}
        for table in tables.sorted_tables:
            rows = [
                {column: _without(known, value) for column, value in row.items() if column != "experiment_id"}
                for row in database.execute(select(table)).mappings()
                if ids and any(value in ids for value in row.values())
            ]
            found[table.name] = sorted(rows, key=repr)
    return {name: rows for name, rows in found.items() if rows}


def _without(known: dict[str, str], value: Any) -> Any:
    for name, other in known.items():
        value = value.replace(name, other) if isinstance(value, str) else value
    return value


def tell(rows: Rows) -> None:
    """Write whatever a recorder writes, some of it again, and metrics in no order."""
    chance = Random(7)
    first = [Metric("loss", 0.5, 1, 10), Metric("loss", math.nan, 2, 10), Metric("best", 4, 0, 9)]
    run_id = rows.create(RunStart(**{**vars(RUN), "metrics": first}), new=True)
    later = {**TAGS, "note": "y" * 9000, "more": "z"}
    assert (
        rows.create(RunStart("another name", 1, {"eta": "3.0", "new": "1"}, later, None, None, first), new=False)
        == run_id
    )
    for _ in range(30):
        batch = [
            Metric(chance.choice("abc"), chance.choice(ODD), chance.randrange(-1, 3), chance.randrange(2))
            for _ in range(chance.randrange(6))
        ]
        rows.log(run_id, batch, {chance.choice("stu"): str(len(batch))})
    rows.end(run_id, Status.KILLED, 5000)
    rows.end(run_id, Status.RUNNING, 6000)
    other = rows.create(RunStart("b", 2000, {}, {}), new=False)
    rows.end(other, Status.FINISHED, 7000)


def test_every_table_is_as_mlflows_client_leaves_it(uri: str) -> None:
    ours, _, writer = open_rows(uri, "by-sql")
    _, theirs, other = open_rows(uri, "by-client")
    assert isinstance(ours, SqlRows)
    tell(ours)
    tell(theirs)
    engine = engine_of(writer._client)
    assert engine
    expected = written(engine, other)
    assert {"runs", "params", "tags", "metrics", "latest_metrics"} <= {*expected}
    assert written(engine, writer) == expected


def test_a_run_that_was_deleted_takes_nothing_more(uri: str) -> None:
    store = MlflowStore(Location(uri, "deletes"))
    run_id = store.create(RUN)
    store.open()._client.delete_run(run_id)
    for act in (lambda: store.log(run_id, [Metric("a", 1.0, 1, 1)]), lambda: store.end(run_id, Status.KILLED, 1)):
        with pytest.raises(TrackingError, match=f"run {run_id} was deleted"):
            act()


def test_tables_that_were_not_compared_are_left_to_mlflows_client(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_rows, "SCHEMAS", set())
    store = MlflowStore(Location(uri, "unknown"))
    run_id = store.create(RUN)
    assert isinstance(store.open()._rows, ClientRows)
    assert [record.run_id for record in store.runs()] == [run_id]


def test_the_tables_of_the_installed_mlflow_are_known(uri: str) -> None:
    store = MlflowStore(Location(uri, "known"))
    store.prepare()
    store.open()
    schema = SqlReader(store.location).schema()
    why = f"MLflow {version('mlflow')} has tables {schema}; if the tests here pass with them, sql_rows.py may say so"
    assert schema in sql_rows.SCHEMAS, why
