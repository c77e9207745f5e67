"""Reading an MLflow database with SQL, without MLflow: importing it takes longer than most answers.

Reads MLflow's tables of runs, parameters, metrics and tags; writes nothing. tests/contracts/test_store.py holds it to
the same contract as MLflow's own reading, which serves where the store is a server. A row may have been damaged: a
value of another type than its column's is read as none, and keeps no other from being read.
"""

from __future__ import annotations

import logging
import math
import os
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Select, create_engine, event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow.artifacts import Root, read_artifact
from nnexp.tracking.mlflow.claims import wait_for_tables
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.selects import (
    EXPERIMENTS,
    LATEST,
    PARAMS,
    RUNS,
    SCHEMA,
    TAGS,
    select_history,
    select_ids,
    select_runs,
    select_texts,
)
from nnexp.tracking.mlflow.tags import from_mlflow, to_mlflow
from nnexp.tracking.records import Kind, Run, Status, Tag, moment

logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)  # of Ctrl-C while a connection is closed

FEW = 500  # runs that are asked for by their ids

RUN_ID = re.compile(r"[\w-]+", re.ASCII)


class SqlReader:
    """The reading side of the border, `RunStore`, over one experiment of an MLflow database."""

    def __init__(self, location: Location, *, only_read: bool = False) -> None:
        """Read a database; one that is `only_read`, or may not be written, is opened so that nothing changes."""
        self.location = location
        self._made = False  # whether a database that is no file is known to have its tables
        try:
            file = location.file if only_read or location.unwritable else None
            creator = {"creator": partial(_open_to_read, file)} if file else {}
            self.read_by(create_engine(location.uri, poolclass=NullPool, **creator))  # so that nothing stays open
        except (SQLAlchemyError, ImportError, ValueError) as error:  # no database's address, or no driver for it
            raise _unreadable(location, error) from location.cause(error)
        self._artifacts: dict[str, tuple[str, str]] = {}
        self._roots: dict[str, Root] = {}  # of experiments, by their addresses

    def read_by(self, engine: Engine) -> None:
        """Read by these connections, as those of whoever writes: each new one has to learn all tables first."""
        event.listen(engine, "checkout", _read_any_text)
        self._engine = engine

    def runs(
        self,
        kind: Kind | None = Kind.RUN,
        *,
        status: Status | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[Run]:
        """List records, newest first; a database that is not there yet holds none."""
        if self._is_missing():
            return []
        wanted = to_mlflow(tags or {}) | ({Tag.KIND: kind.value} if kind else {})
        names, values = tuple(wanted), self._values(wanted)
        with self._connect() as database:
            rows = database.execute(select_runs(status, names), values).mappings().all()
            if not rows:
                return []
            for row in rows:  # whoever lists many runs asks for files of each of them
                self._artifacts[row["run_uuid"]] = _text(row["artifact_uri"]), _text(row["artifact_location"])
            chosen = select_ids(status, names)
            params = _by_run(database, select_texts(PARAMS, chosen), values)
            tags_of = _by_run(database, select_texts(TAGS, chosen), values)
            metrics = _numbers(database, select(LATEST).where(LATEST.c.run_uuid.in_(chosen)), values)
            return [
                Run(
                    run_id=row["run_uuid"],
                    name=_text(row["name"]),
                    status=Status(row["status"]) if row["status"] in Status.__members__ else Status.RUNNING,
                    started_at=moment(row["start_time"]) or 0,
                    ended_at=None if row["status"] == Status.RUNNING else moment(row["end_time"]),
                    params=params[row["run_uuid"]],
                    metrics=metrics[row["run_uuid"]],
                    tags=from_mlflow(tags_of[row["run_uuid"]]),
                )
                for row in rows
                if RUN_ID.fullmatch(_text(row["run_uuid"]))
            ]

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric."""
        if self._is_missing():
            return {}
        wanted = set(run_ids)
        few = len(wanted) <= FEW
        values = {"ids": [*wanted]} if few else self._values({})
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        with self._connect() as database:
            for run_id, step, value, is_nan in database.execute(select_history(few=few), {"metric": metric, **values}):
                if run_id in wanted and isinstance(step, int):
                    found[run_id].append((step, _number(value, is_nan)))
        return dict(found)

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact; only one that is kept elsewhere than in files needs MLflow."""
        uri, root = self._artifact_uri(run_id)
        folder = self._roots.setdefault(root, Root(self.location, root)).of_run(run_id, uri)
        if folder is None:
            from nnexp.tracking.mlflow.reader import ClientReader

            return ClientReader(self.location).artifact(run_id, name)
        return read_artifact(folder, name)

    def schema(self) -> str | None:
        """Tell which version of MLflow's tables the database has; None of one that is not there yet."""
        if self._is_missing():
            return None
        with self._connect() as database:
            version: str | None = database.execute(select(SCHEMA.c.version_num)).scalar()
        return version

    def is_deleted(self) -> bool:
        """Tell whether the experiment was deleted: what is deleted takes no runs, and may be restored."""
        named = EXPERIMENTS.c.name == self.location.experiment
        with self._connect() as database:
            stage = database.execute(select(EXPERIMENTS.c.lifecycle_stage).where(named)).scalar()
        return stage == "deleted"

    def _artifact_uri(self, run_id: str) -> tuple[str, str]:
        """Look up where a run's artifacts are said to lie, and those of its experiment."""
        if run_id not in self._artifacts and not self._is_missing():
            columns = select(RUNS.c.artifact_uri, EXPERIMENTS.c.artifact_location)
            joined = columns.where(RUNS.c.run_uuid == run_id, RUNS.c.experiment_id == EXPERIMENTS.c.experiment_id)
            with self._connect() as database:
                for uri, root in database.execute(joined):
                    self._artifacts[run_id] = _text(uri), _text(root)
        if run_id not in self._artifacts:
            raise TrackingError(f"the store holds no run {run_id}")
        return self._artifacts[run_id]

    def _is_missing(self) -> bool:
        """Tell whether there is no database yet, so that looking does not make an empty one, or one without tables."""
        file = self.location.file
        if file is not None:
            return not (self.location.exists and (file.is_dir() or file.stat().st_size))
        if not self._made:
            with self._connect() as database:
                wait_for_tables(database)
                self._made = inspect(database).has_table(RUNS.name)
        return not self._made

    def _values(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Give what `select_ids` asks for: the experiment, and what the tags are to say."""
        return {"experiment": self.location.experiment, **{f"tag{n}": value for n, value in enumerate(tags.values())}}

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as database:
                yield database
        except SQLAlchemyError as error:
            raise _unreadable(self.location, error) from self.location.cause(error)


def _open_to_read(file: Path) -> sqlite3.Connection:
    """Open a file that may not be written: SQLite would make its log beside it, unless it is told that nobody writes.

    Where there is a log, somebody may be writing; but not where it is empty, and what all who write share is not there.
    """
    log, shared = (file.with_name(f"{file.name}-{what}") for what in ("wal", "shm"))
    try:
        is_written = os.path.getsize(log) > 0 or shared.exists()
    except FileNotFoundError:
        is_written = False
    return sqlite3.connect(f"{file.as_uri()}?{'mode=ro' if is_written else 'immutable=1'}", uri=True)


def _unreadable(location: Location, error: Exception) -> TrackingError:
    if "no such table" in str(error):
        return TrackingError(f"the tracking store {location} cannot be read: it is a database without MLflow's tables")
    return location.unusable(error.__cause__ or error, "read")


def _by_run(database: Connection, statement: Select[Any], values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for run_id, key, value in database.execute(statement, values):
        found[run_id][_text(key)] = _text(value)
    return found


def _numbers(database: Connection, statement: Select[Any], values: Mapping[str, str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for run_id, key, value, is_nan in database.execute(statement, values):
        found[run_id][_text(key)] = _number(value, is_nan)
    return found


def _read_any_text(connection: Any, *_: object) -> None:
    """Have SQLite give text that is none of UTF-8 too, with what is no character replaced."""
    if isinstance(connection, sqlite3.Connection):
        connection.text_factory = lambda raw: raw.decode(errors="replace")


def _text(found: Any) -> str:
    return found if isinstance(found, str) else ""


def _number(found: Any, is_nan: Any) -> float:
    return math.nan if is_nan or not isinstance(found, int | float) else found
