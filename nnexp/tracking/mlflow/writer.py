"""Writing runs into one experiment of an MLflow store. Importing this imports MLflow."""

from __future__ import annotations

import atexit
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mlflow import entities as ml
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from nnexp.regular import read_file
from nnexp.tracking.mlflow.artifacts import Root, write_artifacts
from nnexp.tracking.mlflow.claims import alone
from nnexp.tracking.mlflow.client import connect, experiment_of
from nnexp.tracking.mlflow.client_rows import ClientRows
from nnexp.tracking.mlflow.errors import store_errors
from nnexp.tracking.mlflow.inside import artifacts_at, close, engine_of
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.mlflow.sql_rows import SqlRows
from nnexp.tracking.mlflow.sqlite import create_sqlite, leave_what_was_replaced
from nnexp.tracking.mlflow.tags import to_mlflow
from nnexp.tracking.mlflow.view import TAG as VIEW_TAG
from nnexp.tracking.records import Metric, RunStart, Status, Tag
from nnexp.tracking.store import RunStore

LONGEST_NAME = 250  # characters; a database that keeps to its own limits refuses more
LONGEST_DATASET_NAME = 500


class Rows(Protocol):
    """Writes runs, parameters, metrics and tags, in MLflow's words."""

    def create(self, run: RunStart, *, new: bool) -> str:
        """Begin a run, or complete one that an earlier try began; return its id."""
        ...

    def log(self, run_id: str, metrics: Sequence[Metric], tags: Mapping[str, str]) -> None:
        """Add metrics and set tags, any number of them."""
        ...

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        """Set a run's status and end."""
        ...

    def address(self, run_id: str) -> str:
        """Tell where the artifacts of a run are said to lie."""
        ...


class Writer:
    """The writing side of the border, `Tracker`; `reader` finds what an earlier try began."""

    def __init__(self, location: Location, reader: RunStore) -> None:
        self.location = location
        self._reader = reader
        with store_errors(location):
            if location.file:
                create_sqlite(location.file)
            with alone(location):
                self._client = connect(location)
                experiment = experiment_of(self._client, location)
            atexit.register(close, self._client)  # or whoever copies the file has not what stands in its log
            self.experiment_id = str(experiment.experiment_id)
            self._root = Root(location, str(experiment.artifact_location))
            self._rows = self._choose_rows()
        self._root.check()

    def create(self, run: RunStart, *, new: bool) -> str:
        """Begin a run, or complete one that an earlier try began."""
        tags = to_mlflow({**self.location.shown(run.tags), **({Tag.PARENT: run.parent_id} if run.parent_id else {})})
        name = run.name if len(run.name) <= LONGEST_NAME else f"{run.name[: LONGEST_NAME - 1]}…"
        with store_errors(self.location):
            run_id = self._rows.create(replace(run, name=name, tags=tags), new=new)
            if run.dataset:
                self._note(run_id, _dataset(run.dataset))
        return run_id

    def log(self, run_id: str, metrics: Sequence[Metric] = (), tags: Mapping[str, str] | None = None) -> None:
        """Add metrics and set tags."""
        with store_errors(self.location):
            self._rows.log(run_id, metrics, to_mlflow(self.location.shown(tags or {})))

    def save(self, run_id: str, files: Sequence[Path]) -> None:
        """Keep files as artifacts.

        Raises
        ------
        RecordError
            If the run's artifacts are said to lie outside of the store's, or one is no file.
        """
        with store_errors(self.location):
            address = self._rows.address(run_id)
            folder = self._root.of_run(run_id, address)
            contents = ((file.name, content) for file in files if (content := read_file(file)) is not None)
            if folder:
                write_artifacts(folder, contents)
            else:
                self._send(address, contents)

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        """Set the run's status and end."""
        with store_errors(self.location):
            self._rows.end(run_id, status, ended_at)

    def delete(self, run_id: str) -> None:
        """Mark a run as deleted: MLflow's page hides it and can restore it, and `mlflow gc` removes it."""
        with store_errors(self.location):
            self._client.delete_run(run_id)

    def set_view(self, name: str, view: str) -> None:
        """Keep a view of the experiment's runs where MLflow's page looks for it."""
        with store_errors(self.location):
            self._client.set_experiment_tag(self.experiment_id, VIEW_TAG + name, view)

    def _choose_rows(self) -> Rows:
        """Write rows with SQL where that is known to write what MLflow would."""
        engine = engine_of(self._client)
        if engine is not None and isinstance(self._reader, SqlReader):
            self._reader.read_by(engine)
            if self.location.file:
                leave_what_was_replaced(engine, self.location.file)
            if SqlRows.know(engine, self._reader.schema()):
                return SqlRows(engine, self.experiment_id, self._root.uri)
        return ClientRows(self._client, self.experiment_id, self._reader)

    def _note(self, run_id: str, dataset: ml.DatasetInput) -> None:
        """Note what a run learns from; the first to note a data set may meet another who does."""
        try:
            self._client.log_inputs(run_id, [dataset])
        except (MlflowException, SQLAlchemyError):
            self._client.log_inputs(run_id, [dataset])

    def _send(self, address: str, contents: Iterable[tuple[str, bytes]]) -> None:
        """Send artifacts to where MLflow alone knows how to keep them."""
        for name, content in contents:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, name)
                file.write_bytes(content)
                artifacts_at(address, self.location.uri).log_artifact(str(file))


def _dataset(dataset: Mapping[str, str]) -> ml.DatasetInput:
    source = json.dumps({"uri": dataset["source"]})
    entity = ml.Dataset(
        name=dataset["name"][:LONGEST_DATASET_NAME], digest=dataset["digest"][:12], source_type="local", source=source,
        schema=None, profile=None,
    )  # fmt: skip
    return ml.DatasetInput(entity, tags=[ml.InputTag("mlflow.data.context", "training")])
