"""MLflow's page on a store: the command that serves it, and the link that opens it on a sweep's charts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nnexp.errors import TrackingError
from nnexp.measure import Measure
from nnexp.tracking.mlflow.shown import Shown, shown
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.mlflow.view import by_epoch, link, link_to_run, packed, sweep_view, view_name
from nnexp.tracking.mlflow.zoom import mean_curve, zoom
from nnexp.tracking.records import Run, Status, Tag, declared_by
from nnexp.tracking.store import Store

MOST_CURVES = 40  # that are read to see where they differ: a server is asked for each


@dataclass(frozen=True)
class Page:
    """The page of one store, on a port of this machine; a store that is a server has its page there already."""

    store: MlflowStore
    host: str
    port: int

    @property
    def is_there_already(self) -> bool:
        """Whether a server shows it without our doing."""
        return not self.store.location.is_database

    @property
    def address(self) -> str:
        """Where it is."""
        return self.store.location.page if self.is_there_already else f"http://{self.host}:{self.port}"

    @property
    def command(self) -> list[str]:
        """What serves it; one worker is quicker than MLflow's four, and needs a sixth of the memory.

        Which store, the environment says: every user of this machine can read what a command is called with.
        """
        location = self.store.location
        artifacts = ["--default-artifact-root", (location.file.parent / "mlruns").as_uri()] if location.file else []
        address = ["--host", self.host, "--port", str(self.port), "--workers", "1"]
        return [sys.executable, "-m", "mlflow", "server", *address, *artifacts]

    @property
    def environment(self) -> dict[str, str]:
        """What the command runs in: this one, less what the page has no use for."""
        own = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "UVICORN_LOG_LEVEL": "warning"}
        return os.environ | own | {"MLFLOW_BACKEND_STORE_URI": self.store.location.uri}

    def link_to(self, sweep: Run | None, seed: str, say: Callable[[str], object]) -> str:
        """Point at a sweep's charts, leaving the view of them in the store; without a sweep, at all runs.

        `seed` names the setting over which its runs are repeated: it is none that they are grouped by. What else a
        person should know of the page is said.
        """
        writer = self.store.open()
        if sweep is None:
            return link(self.address, writer.experiment_id)
        key = sweep.tags.get(Tag.SWEEP, "")
        member = Tag.member(key)
        runs = self.store.runs(tags={member: Tag.YES})
        by = [setting for setting in sweep.tags.get(Tag.VARIES, "").split() if setting != seed]
        measures = [*declared_by(runs).values()]
        some = shown(runs, by, seed, measures)
        if not some.is_all:
            say(str(some))
        say(f"the sweep's answer and its page: {link_to_run(self.address, writer.experiment_id, sweep.run_id)}")
        zooms = {} if sweep.status is Status.RUNNING else self._zooms(some, measures)
        writer.set_view(view_name(key), packed(sweep_view(member, seed, measures, some, zooms)))
        return link(self.address, writer.experiment_id, view_name(key))

    def _zooms(self, some: Shown, measures: Sequence[Measure]) -> dict[str, Mapping[str, float]]:
        """Find where the curves of some runs differ; of a sweep that goes on, nobody knows yet."""
        each = max(1, MOST_CURVES // max(1, len(some.groups)))
        groups = [[run.run_id for run in runs[:each]] for runs in [*some.groups.values()][:MOST_CURVES]]
        found = {}
        for one in (measure for measure in measures if measure.name in by_epoch(measures)):
            curves = self.store.history([run_id for ids in groups for run_id in ids], one.name)
            means = [mean_curve([curves[run_id] for run_id in ids if run_id in curves]) for ids in groups]
            found[one.name] = zoom(means, higher_is_better=one.higher_is_better)
        return found


def page_of(store: Store, host: str, port: int) -> Page:
    """Give the page of a store.

    Raises
    ------
    TrackingError
        If the store is none of MLflow's: then nothing shows it.
    """
    if not isinstance(store, MlflowStore):
        raise TrackingError(f"MLflow's page shows a store of MLflow's alone, and runs are kept in {store}")
    return Page(store, host, port)
