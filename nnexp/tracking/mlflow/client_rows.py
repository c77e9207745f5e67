"""The rows of runs as MLflow's client writes them: into a server, and into a database that is not known here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlflow import MlflowClient
from mlflow import entities as ml

from nnexp.tracking.records import Metric, RunStart, Status, Tag
from nnexp.tracking.store import RunStore


class ClientRows:
    """Writes by MLflow's client; `reader` finds what an earlier try began."""

    def __init__(self, client: MlflowClient, experiment_id: str, reader: RunStore) -> None:
        self._client = client
        self._experiment_id = experiment_id
        self._reader = reader
        self._addresses: dict[str, str] = {}  # of the artifacts of each run

    def create(self, run: RunStart, *, new: bool) -> str:
        """Begin a run, or complete one that an earlier try began."""
        known = None if new else self._known(run.tags.get(Tag.UID))
        run_id = known or self._begin(run)
        params = [ml.Param(name, value) for name, value in run.params.items()]
        self._client.log_batch(run_id, _metrics(run.metrics), params, _tags(run.tags) if known else ())
        return run_id

    def log(self, run_id: str, metrics: Sequence[Metric], tags: Mapping[str, str]) -> None:
        """Add metrics and set tags; the client splits what is more than MLflow takes at once."""
        self._client.log_batch(run_id, _metrics(metrics), tags=_tags(tags))

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        """Set a run's status and end."""
        if status is Status.RUNNING:
            self._client.update_run(run_id, status=status.value)
        else:
            self._client.set_terminated(run_id, status.value, ended_at)

    def address(self, run_id: str) -> str:
        """Tell where the artifacts of a run are said to lie."""
        if run_id not in self._addresses:
            self._addresses[run_id] = str(self._client.get_run(run_id).info.artifact_uri)
        return self._addresses[run_id]

    def _known(self, uid: str | None) -> str | None:
        """Find a run that this process, or an earlier one, has begun already; no clock tells which it is."""
        found = self._reader.runs(None, tags={Tag.UID: uid}) if uid else []
        return found[0].run_id if found else None

    def _begin(self, run: RunStart) -> str:
        info = self._client.create_run(self._experiment_id, run.started_at, dict(run.tags), run.name).info
        self._addresses[info.run_id] = str(info.artifact_uri)
        return str(info.run_id)


def _metrics(metrics: Sequence[Metric]) -> list[ml.Metric]:
    return [ml.Metric(m.name, m.value, m.timestamp, m.step) for m in metrics]


def _tags(tags: Mapping[str, str]) -> list[ml.RunTag]:
    return [ml.RunTag(name, value) for name, value in tags.items()]
