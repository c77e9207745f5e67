"""Reading an MLflow database with SQL, without MLflow: importing it takes longer than most answers.

Reads MLflow's tables of runs, parameters, metrics and tags; writes nothing. tests/contracts/test_store.py holds it to
the same contract as MLflow's own reading, which serves where the store is a server.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from sqlalchemy import ColumnElement, Select, column, create_engine, exists, inspect, select, table
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.tags import from_mlflow, to_mlflow
from nnexp.tracking.records import Kind, Run, Status, Tag

EXPERIMENTS = table("experiments", column("experiment_id"), column("name"))
RUNS = table(
    "runs",
    *map(column, ("run_uuid", "name", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri")),
    column("experiment_id"),
)
PARAMS = table("params", *map(column, ("run_uuid", "key", "value")))
TAGS = table("tags", *map(column, ("run_uuid", "key", "value")))
LATEST = table("latest_metrics", *map(column, ("run_uuid", "key", "value", "is_nan")))
SCHEMA = table("alembic_version", column("version_num"))
METRICS = table("metrics", *map(column, ("run_uuid", "key", "value", "is_nan", "step")))


class SqlReader:
    """The reading side of the border, `RunStore`, over one experiment of an MLflow database."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self._made = False  # whether a database that is no file is known to have its tables
        try:
            self._engine = create_engine(location.uri, poolclass=NullPool)  # so that nothing stays open
        except (SQLAlchemyError, ImportError, ValueError) as error:  # no database's address, or no driver for it
            raise _unreadable(location, error) from location.cause(error)

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
        chosen = self._chosen(status, wanted)
        found = select(RUNS).where(RUNS.c.run_uuid.in_(chosen))
        with self._connect() as database:
            rows = database.execute(found.order_by(RUNS.c.start_time.desc(), RUNS.c.run_uuid)).mappings().all()
            if not rows:
                return []
            params = _by_run(database, _values(PARAMS, chosen))
            tags_of = _by_run(database, _values(TAGS, chosen))
            metrics = _numbers(database, select(LATEST).where(LATEST.c.run_uuid.in_(chosen)))
            return [
                Run(
                    run_id=row["run_uuid"],
                    name=row["name"],
                    status=Status(row["status"]) if row["status"] in Status.__members__ else Status.RUNNING,
                    started_at=row["start_time"],
                    ended_at=None if row["status"] == Status.RUNNING else row["end_time"],
                    params=params[row["run_uuid"]],
                    metrics=metrics[row["run_uuid"]],
                    tags=from_mlflow(tags_of[row["run_uuid"]]),
                )
                for row in rows
            ]

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric."""
        if self._is_missing():
            return {}
        wanted = set(run_ids)
        statement = select(METRICS).where(METRICS.c.key == metric, METRICS.c.run_uuid.in_(self._chosen(None, {})))
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        with self._connect() as database:
            for row in database.execute(statement.order_by(METRICS.c.step)):
                if row.run_uuid in wanted:
                    found[row.run_uuid].append((row.step, math.nan if row.is_nan else row.value))
        return dict(found)

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact; only one that is kept elsewhere than in files needs MLflow."""
        uri = None if self._is_missing() else self._artifact_uri(run_id)
        if uri is None:
            raise TrackingError(f"the store holds no run {run_id}")
        parsed = urlparse(uri)
        if parsed.scheme not in ("", "file"):
            from nnexp.tracking.mlflow.reader import ClientReader

            return ClientReader(self.location).artifact(run_id, name)
        folder = Path(unquote(parsed.path))
        file = folder / name
        try:
            if folder.parts[-2:] != (run_id, "artifacts") or not file.resolve().is_relative_to(folder.resolve()):
                raise TrackingError(f"run {run_id[:8]} has {name} outside of the run's own folder; it is not read")
            return file.read_bytes() if file.is_file() else None
        except OSError as error:
            raise _unreadable(self.location, error) from self.location.cause(error)

    def schema(self) -> str | None:
        """Tell which version of MLflow's tables the database has; None of one that is not there yet."""
        if self._is_missing():
            return None
        with self._connect() as database:
            version: str | None = database.execute(select(SCHEMA.c.version_num)).scalar()
        return version

    def _artifact_uri(self, run_id: str) -> str | None:
        with self._connect() as database:
            uri: str | None = database.execute(select(RUNS.c.artifact_uri).where(RUNS.c.run_uuid == run_id)).scalar()
        return uri

    def _is_missing(self) -> bool:
        """Tell whether there is no database yet, so that looking does not make an empty one, or one without tables."""
        file = self.location.file
        if file is not None:
            return not (self.location.exists and (file.is_dir() or file.stat().st_size))
        if not self._made:
            with self._connect() as database:
                self._made = inspect(database).has_table(RUNS.name)
        return not self._made

    def _chosen(self, status: Status | None, tags: Mapping[str, str]) -> Select[Any]:
        """Select the ids of the experiment's runs that have this status and carry these tags."""
        experiment = select(EXPERIMENTS.c.experiment_id).where(EXPERIMENTS.c.name == self.location.experiment)
        conditions: list[ColumnElement[bool]] = [
            RUNS.c.experiment_id.in_(experiment),
            RUNS.c.lifecycle_stage == "active",
            *([RUNS.c.status == status.value] if status else []),
            *(
                exists().where(TAGS.c.run_uuid == RUNS.c.run_uuid, TAGS.c.key == key, TAGS.c.value == value)
                for key, value in tags.items()
            ),
        ]
        return select(RUNS.c.run_uuid).where(*conditions)

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as database:
                yield database
        except SQLAlchemyError as error:
            raise _unreadable(self.location, error) from self.location.cause(error)


def _unreadable(location: Location, error: Exception) -> TrackingError:
    return location.unusable(error.__cause__ or error, "read")


def _values(source: Any, chosen: Select[Any]) -> Select[Any]:
    return select(source.c.run_uuid, source.c.key, source.c.value).where(source.c.run_uuid.in_(chosen))


def _by_run(database: Connection, statement: Select[Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for run_id, key, value in database.execute(statement):
        found[run_id][key] = value
    return found


def _numbers(database: Connection, statement: Select[Any]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for run_id, key, value, is_nan in database.execute(statement):
        found[run_id][key] = math.nan if is_nan else value
    return found
