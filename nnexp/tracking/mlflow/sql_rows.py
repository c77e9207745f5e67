"""The rows of runs as MLflow's client would write them, with a few statements of our own in one transaction.

MLflow takes some thirty statements and a dozen transactions for a run, and a row at a time for a metric: more than
training a small run takes. These are the same rows (tests/tracking/test_sql_rows.py compares them) in the two kinds of
database that know what to do about a row that is there already, and with tables that were compared.
"""

from __future__ import annotations

import math
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from sqlalchemy import Engine, and_, bindparam, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow import inside
from nnexp.tracking.mlflow.inside import LATEST, METRICS, PARAMS, RUNS, TAGS
from nnexp.tracking.records import Metric, RunStart, Status, Tag

SCHEMAS = {"dc11669786a5"}  # MLflow 3.17
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
ACTIVE = "active"
WHEN = ("step", "timestamp", "value")  # what makes a value of a metric later than another
LATER = itemgetter(*WHEN)

FOUND = select(RUNS.c.lifecycle_stage, RUNS.c.artifact_uri).where(RUNS.c.run_uuid == bindparam("run"))
OPEN = update(RUNS).where(RUNS.c.run_uuid == bindparam("run")).values(status=Status.RUNNING.value)
END = OPEN.values(status=bindparam("fate"), end_time=bindparam("at"))
OF_UID = (
    select(RUNS.c.run_uuid)
    .join(TAGS, and_(TAGS.c.run_uuid == RUNS.c.run_uuid, TAGS.c.key == Tag.UID, TAGS.c.value == bindparam("uid")))
    .where(RUNS.c.experiment_id == bindparam("experiment"), RUNS.c.lifecycle_stage == ACTIVE)
    .order_by(RUNS.c.start_time.desc())
)


class SqlRows:
    """Writes into the tables of an MLflow database, by an engine of MLflow's own."""

    def __init__(self, engine: Engine, experiment_id: str, artifacts: str) -> None:
        """Take the experiment's number, and the address beneath which its runs keep their artifacts."""
        self._engine = engine
        self._experiment_id = int(experiment_id)
        self._artifacts = artifacts
        insert = INSERT[engine.dialect.name]
        self._new_run, self._new_tag = insert(RUNS), insert(TAGS)
        self._add_param, self._add_metric = (insert(one).on_conflict_do_nothing() for one in (PARAMS, METRICS))
        self._set_tag = _replacing(insert(TAGS), ("value",))
        self._set_latest = _replacing(insert(LATEST), (*WHEN, "is_nan"), later=WHEN)

    @staticmethod
    def know(engine: Engine, schema: str | None) -> bool:
        """Tell whether the database is of a kind, and its tables of a version, that is known here."""
        return engine.dialect.name in INSERT and schema in SCHEMAS

    def create(self, run: RunStart, *, new: bool) -> str:
        """Begin a run, or complete one that an earlier try began; no clock tells which it is."""
        uid = {"uid": run.tags.get(Tag.UID), "experiment": self._experiment_id}
        with self._writing() as database:
            known: str | None = None if new else database.execute(OF_UID, uid).scalar()
            run_id = known or self._begin(database, run)
            self._add(database, run_id, run.metrics, run.params, run.tags if known else {})
        return run_id

    def log(self, run_id: str, metrics: Sequence[Metric], tags: Mapping[str, str]) -> None:
        """Add metrics and set tags."""
        with self._writing() as database:
            _address(database, run_id)
            self._add(database, run_id, metrics, {}, tags)

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        """Set a run's status and end; one that is opened again keeps the end that it had."""
        end = {} if status is Status.RUNNING else {"fate": status.value, "at": ended_at}
        with self._writing() as database:
            _address(database, run_id)
            database.execute(END if end else OPEN, {"run": run_id, **end})

    def address(self, run_id: str) -> str:
        """Tell where the artifacts of a run are said to lie."""
        with self._engine.connect() as database:
            return _address(database, run_id)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Write in one transaction, which waits for another's before it begins, and never in its middle."""
        with self._engine.begin() as database:
            if self._engine.dialect.name == "sqlite":
                cursor = database.connection.cursor()
                for command in (inside.WAIT, "PRAGMA foreign_keys = ON", "BEGIN IMMEDIATE"):
                    cursor.execute(command)
                cursor.close()
            yield database

    def _begin(self, database: Connection, run: RunStart) -> str:
        run_id = uuid.uuid4().hex
        row = {
            "run_uuid": run_id,
            "experiment_id": self._experiment_id,
            "name": run.name,
            "artifact_uri": inside.artifacts_of(self._artifacts, run_id),
            "user_id": run.tags.get(inside.USER, "unknown"),
            "status": Status.RUNNING.value,
            "start_time": run.started_at,
            "lifecycle_stage": ACTIVE,
            **inside.SOURCE,
        }
        database.execute(self._new_run, row)
        database.execute(self._new_tag, _named(run_id, {**run.tags, inside.NAME: run.name}))
        return run_id

    def _add(
        self,
        database: Connection,
        run_id: str,
        metrics: Sequence[Metric],
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> None:
        params, tags = inside.checked({metric.name for metric in metrics}, params, tags)
        measured = [_measured(run_id, metric) for metric in metrics]
        for statement, rows in (
            (self._add_param, _named(run_id, params)),
            (self._set_tag, _named(run_id, tags)),
            (self._add_metric, measured),
            (self._set_latest, _latest(measured)),
        ):
            if rows:
                database.execute(statement, rows)


def _replacing(insert: Any, columns: Sequence[str], later: Sequence[str] = ()) -> Any:
    """Have a row replace what one of its run and name has in these columns, where it is later by those."""
    there, new = insert.table.c, insert.excluded
    is_later = tuple_(*(new[name] for name in later)) > tuple_(*(there[name] for name in later)) if later else None
    values = {name: new[name] for name in columns}
    return insert.on_conflict_do_update(index_elements=["key", "run_uuid"], set_=values, where=is_later)


def _address(database: Connection, run_id: str) -> str:
    """Tell where the artifacts of a run are said to lie; refuse one that is not there, or was deleted."""
    found = database.execute(FOUND, {"run": run_id}).one_or_none()
    if found is None:
        raise TrackingError(f"the store holds no run {run_id}")
    if found.lifecycle_stage != ACTIVE:
        raise TrackingError(f"run {run_id} was deleted, and takes nothing more")
    return str(found.artifact_uri)


def _named(run_id: str, values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"run_uuid": run_id, "key": name, "value": value} for name, value in values.items()]


def _measured(run_id: str, metric: Metric) -> dict[str, Any]:
    """Give a metric's row: what no column of numbers holds, MLflow writes as the largest number, or as 0."""
    value, most = float(metric.value), sys.float_info.max
    is_nan = math.isnan(value)
    return {
        "run_uuid": run_id,
        "key": metric.name,
        "value": 0.0 if is_nan else min(max(value, -most), most),
        "step": metric.step,
        "timestamp": metric.timestamp,
        "is_nan": is_nan,
    }


def _latest(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Pick the latest row of each metric, and of equals the first."""
    latest: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        known = latest.setdefault(row["key"], row)
        if LATER(row) > LATER(known):
            latest[row["key"]] = row
    return [*latest.values()]
