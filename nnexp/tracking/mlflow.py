"""The MLflow store behind nnexp's protocols; the only module that imports MLflow.

A fresh SQLite store is made in a folder of its own and linked into place, because MLflow's first migration, run by
several processes at once or killed midway, leaves a database that nobody can open again. Write-ahead logging lets
MLflow's page read while a sweep writes.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from mlflow import MlflowClient, pyfunc
from mlflow import entities as ml
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.store.db import utils as db_utils
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.types import Schema, TensorSpec
from numpy.typing import NDArray
from requests.exceptions import RequestException
from sqlalchemy.exc import SQLAlchemyError

from nnexp.errors import TrackingError
from nnexp.tracking.location import Location
from nnexp.tracking.records import Kind, Metric, NewRun, RunRecord, Status, Tag
from nnexp.tracking.sql import SqlRunStore
from nnexp.tracking.tracker import RunStore
from nnexp.tracking.view import TAG as VIEW_TAG

logging.getLogger("mlflow.store.db.utils").setLevel(logging.ERROR)  # creating tables and trying again are no news
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)

QUOTING = re.compile(r"['\"`\\]")  # MLflow's filters have no escapes
MOST_RUNS = 50_000  # MLflow's own limit for one search
MOST_METRICS = 1_000  # and for one batch
TRIES = 5  # clients that meet a fresh PostgreSQL together fail their first call
LONGEST_NAME = 250  # characters; a database that keeps to its own limits refuses more
LONGEST_DATASET_NAME = 500
HTTP = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # standard output is for results
}

db_utils.MAX_RETRY_COUNT = 4  # MLflow's 10 mean that a mistyped address is noticed after 100 seconds


class MlflowTracker:
    """Both sides of the border, `Tracker` and `RunStore`, over one experiment of an MLflow store."""

    def __init__(self, location: Location) -> None:
        for name, value in HTTP.items():  # a store that went away is noticed soon; what it missed is sent later
            os.environ.setdefault(name, value)
        self.location = location
        with _store_errors(location):
            if location.file:
                create_sqlite(location.file)
            self._client = MlflowClient(location.uri)
            self.experiment_id = self._experiment()
        self._reader: RunStore = SqlRunStore(location) if location.is_database else ClientReader(location)

    @property
    def address(self) -> str:
        """Name the store and the experiment."""
        return self.location.address

    def create(self, run: NewRun) -> str:
        """Begin a run, or complete one that an earlier try began."""
        tags = {**run.tags, **({"mlflow.parentRunId": run.parent_id} if run.parent_id else {})}
        with _store_errors(self.location):
            run_id = self._known(run) or self._begin(run, tags)
            params = [ml.Param(name, value) for name, value in run.params.items()]
            self._client.log_batch(run_id, params=params)
            if run.dataset:
                self._client.log_inputs(run_id, [_dataset(run.dataset)])
            return run_id

    def log(self, run_id: str, metrics: Sequence[Metric] = (), tags: Mapping[str, str] | None = None) -> None:
        """Add metrics and set tags."""
        values = [ml.Metric(m.name, m.value, m.timestamp, m.step) for m in metrics]
        run_tags = [ml.RunTag(name, value) for name, value in (tags or {}).items()]
        with _store_errors(self.location):
            for first in range(0, len(values) or 1, MOST_METRICS):
                batch = values[first : first + MOST_METRICS]
                self._client.log_batch(run_id, metrics=batch, tags=run_tags if first == 0 else [])

    def save(self, run_id: str, files: Sequence[Path]) -> None:
        """Keep files as artifacts."""
        with _store_errors(self.location):
            for file in files:
                self._client.log_artifact(run_id, str(file))

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        """Set the run's status and end."""
        with _store_errors(self.location):
            if status is Status.RUNNING:
                self._client.update_run(run_id, status=status.value)
            else:
                self._client.set_terminated(run_id, status.value, ended_at)

    def runs(
        self,
        kind: Kind | None = Kind.RUN,
        *,
        status: Status | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[RunRecord]:
        """List records, newest first."""
        return self._reader.runs(kind, status=status, tags=tags)

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric."""
        return self._reader.history(run_ids, metric)

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact."""
        return self._reader.artifact(run_id, name)

    def _known(self, run: NewRun) -> str | None:
        found = self.runs(None, tags={Tag.UID: run.tags[Tag.UID]}) if Tag.UID in run.tags else []
        return found[0].run_id if found else None

    def _begin(self, run: NewRun, tags: Mapping[str, str]) -> str:
        name = run.name if len(run.name) <= LONGEST_NAME else f"{run.name[: LONGEST_NAME - 1]}…"
        return str(self._client.create_run(self.experiment_id, run.started_at, dict(tags), name).info.run_id)

    def set_view(self, name: str, view: Mapping[str, Any]) -> None:
        """Keep a view of the experiment's runs where MLflow's page looks for it."""
        with _store_errors(self.location):
            self._client.set_experiment_tag(self.experiment_id, VIEW_TAG + name, json.dumps(view))

    def _experiment(self) -> str:
        name = self.location.experiment
        for attempt in range(TRIES):
            try:
                found = self._client.get_experiment_by_name(name)
                return str(found.experiment_id if found else self._client.create_experiment(name, self._artifacts()))
            except (MlflowException, SQLAlchemyError):  # another process may just have made it
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _artifacts(self) -> str | None:
        """Keep artifacts beside an SQLite database, wherever the command was typed; a server has its own place."""
        if not self.location.file:
            return None
        return (self.location.file.parent / "mlruns" / self.location.experiment).as_uri()


class ClientReader:
    """The reading side, `RunStore`, through MLflow's client: for servers, and for artifacts that are kept elsewhere."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self._client = MlflowClient(location.uri)

    def runs(
        self,
        kind: Kind | None = Kind.RUN,
        *,
        status: Status | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[RunRecord]:
        """List records, newest first."""
        wanted = (tags or {}).items()
        conditions = [f"tags.`{name}` = '{value}'" for name, value in wanted if not QUOTING.search(value)]
        if kind:
            conditions.append(f"tags.`{Tag.KIND}` = '{kind.value}'")
        if status:
            conditions.append(f"attributes.status = '{status.value}'")
        with _store_errors(self.location):
            experiment = self._client.get_experiment_by_name(self.location.experiment)
            if experiment is None:
                return []
            found = self._client.search_runs(
                [experiment.experiment_id],
                " and ".join(conditions),
                max_results=MOST_RUNS,
                order_by=["start_time DESC"],
            )
        return [record for record in map(_record, found) if wanted <= record.tags.items()]

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric."""
        with _store_errors(self.location):
            found = {run_id: self._client.get_metric_history(run_id, metric) for run_id in run_ids}
        return {run_id: sorted((m.step, m.value) for m in values) for run_id, values in found.items() if values}

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact."""
        with _store_errors(self.location), tempfile.TemporaryDirectory() as folder:
            if name not in {item.path for item in self._client.list_artifacts(run_id)}:
                return None
            return Path(self._client.download_artifacts(run_id, name, folder)).read_bytes()


def create_sqlite(file: Path) -> None:
    """Make a migrated MLflow database at `file`, whole or not at all, unless there is one.

    Any number of processes may call this at once, and any of them may be killed: each works in a folder of its own,
    and `os.link` lets one of them win.
    """
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    for left in file.parent.glob(".mlflow-new-*"):
        if not psutil.pid_exists(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=f".mlflow-new-{os.getpid()}-") as folder:
        new = Path(folder) / "mlflow.db"
        store = SqlAlchemyStore(f"sqlite:///{new}", (file.parent / "mlruns").as_uri())
        store.engine.dispose()
        with closing(sqlite3.connect(new)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with suppress(FileExistsError):
            os.link(new, file)


def save_model(to: Path, parameters: Mapping[str, NDArray[Any]], *, n_in: int, scale: float) -> None:
    """Write parameters and an MLflow pyfunc model of them into a folder.

    The model's code is a file beside it, not a pickled class, so it loads where nnexp is not installed.
    """
    to.mkdir(parents=True)
    np.savez(to / "parameters.npz", **parameters)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's advice for models that are written by hand
        code = Path(folder) / "model.py"
        code.write_text(files("nnexp.tracking").joinpath("model.py.txt").read_text())
        pyfunc.save_model(
            to / "model",
            python_model=str(code),
            artifacts={"parameters": str(to / "parameters.npz")},
            model_config={"scale": scale},
            signature=ModelSignature(
                Schema([TensorSpec(np.dtype("float64"), (-1, n_in))]),
                Schema([TensorSpec(np.dtype("float64"), (-1, -1))]),
            ),
            pip_requirements=[f"mlflow=={version('mlflow')}", f"numpy=={version('numpy')}"],
        )


def _floats(*shape: int) -> TensorSpec:
    return TensorSpec(np.dtype("float64"), shape)


def _dataset(dataset: Mapping[str, str]) -> ml.DatasetInput:
    source = json.dumps({"uri": dataset["source"]})
    entity = ml.Dataset(
        name=dataset["name"][:LONGEST_DATASET_NAME], digest=dataset["digest"][:12], source_type="local", source=source,
        schema=None, profile=None,
    )  # fmt: skip
    return ml.DatasetInput(entity, tags=[ml.InputTag("mlflow.data.context", "training")])


def _record(run: ml.Run) -> RunRecord:
    return RunRecord(
        run_id=run.info.run_id,
        name=run.info.run_name,
        status=Status(run.info.status) if run.info.status in Status.__members__ else Status.RUNNING,
        started_at=run.info.start_time,
        ended_at=None if run.info.status == Status.RUNNING else run.info.end_time,
        params=run.data.params,
        metrics=run.data.metrics,
        tags=run.data.tags,
    )


@contextmanager
def _store_errors(location: Location) -> Iterator[None]:
    """Turn whatever the store's layers raise into a `TrackingError` of one line."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, RequestException, sqlite3.Error, OSError, ImportError) as error:
        if isinstance(error, TrackingError):
            raise
        reason = " ".join(str(error).split())[:300]
        raise TrackingError(f"the tracking store {location} cannot be used: {reason}") from error
