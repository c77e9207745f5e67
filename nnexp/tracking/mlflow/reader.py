"""Reading through MLflow's client: for servers, and for artifacts that are kept elsewhere than in files."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlflow import entities as ml

from nnexp.errors import RecordError
from nnexp.regular import MOST, read_file
from nnexp.tracking.mlflow.artifacts import Root, read_artifact
from nnexp.tracking.mlflow.client import connect
from nnexp.tracking.mlflow.errors import store_errors
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.tags import from_mlflow, to_mlflow
from nnexp.tracking.records import Kind, Run, Status, Tag, moment

QUOTING = re.compile(r"['\"`\\]")  # MLflow's filters have no escapes
MOST_RUNS = 50_000  # MLflow's own limit for one search


class ClientReader:
    """The reading side of the border, `RunStore`."""

    def __init__(self, location: Location) -> None:
        self.location = location
        with store_errors(location):
            self._client = connect(location)

    def runs(
        self,
        kind: Kind | None = Kind.RUN,
        *,
        status: Status | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[Run]:
        """List records, newest first."""
        wanted = to_mlflow(tags or {}).items()
        conditions = [f"tags.`{name}` = '{value}'" for name, value in wanted if not QUOTING.search(value)]
        if kind:
            conditions.append(f"tags.`{Tag.KIND}` = '{kind.value}'")
        if status:
            conditions.append(f"attributes.status = '{status.value}'")
        with store_errors(self.location):
            experiment = self._client.get_experiment_by_name(self.location.experiment)
            if experiment is None:
                return []
            found = self._client.search_runs(
                [experiment.experiment_id],
                " and ".join(conditions),
                max_results=MOST_RUNS,
                order_by=["start_time DESC"],
            )
        return [_record(run) for run in found if wanted <= run.data.tags.items()]

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric."""
        with store_errors(self.location):
            found = {run_id: self._client.get_metric_history(run_id, metric) for run_id in run_ids}
        return {run_id: sorted((m.step, m.value) for m in values) for run_id, values in found.items() if values}

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact."""
        with store_errors(self.location):
            info = self._client.get_run(run_id).info
            root = self._client.get_experiment(info.experiment_id).artifact_location
            folder = Root(self.location, str(root)).of_run(run_id, str(info.artifact_uri))
            return read_artifact(folder, name) if folder else self._received(run_id, name)

    def _received(self, run_id: str, name: str) -> bytes | None:
        """Read an artifact that MLflow alone knows how to get."""
        listed = {item.path: item.file_size or 0 for item in self._client.list_artifacts(run_id)}
        if name not in listed:
            return None
        if listed[name] > MOST:
            raise RecordError(f"{name} is too large: {listed[name]:,} bytes, and {MOST:,} are the most that are read")
        with tempfile.TemporaryDirectory() as folder:
            return read_file(Path(self._client.download_artifacts(run_id, name, folder)))


def _record(run: ml.Run) -> Run:
    return Run(
        run_id=run.info.run_id,
        name=run.info.run_name,
        status=Status(run.info.status) if run.info.status in Status.__members__ else Status.RUNNING,
        started_at=moment(run.info.start_time) or 0,
        ended_at=None if run.info.status == Status.RUNNING else moment(run.info.end_time),
        params=run.data.params,
        metrics=run.data.metrics,
        tags=from_mlflow(run.data.tags),
    )
