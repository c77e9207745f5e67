"""One experiment of an MLflow store, read without MLflow where it is a database, and opened when something is written.

Importing MLflow takes seconds, longer than most answers: a command that only looks never pays for it, and one that
trains need not wait for it, where the store is sure to take what will be written.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nnexp.errors import NoAnswerError, TrackingError
from nnexp.tracking.claims import Claims
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.patience import CutOff, signals_put_off, waiting_for_a_server
from nnexp.tracking.records import Kind, Metric, Run, RunStart, Status
from nnexp.tracking.store import RunStore

if TYPE_CHECKING:
    from nnexp.tracking.mlflow.writer import Writer

AWAY_S = 20.0  # for which a store that did not answer is not asked again


class MlflowStore:
    """Both sides of the border, `Tracker` and `RunStore`: SQL or MLflow's client reads, and a `Writer` writes."""

    def __init__(self, location: Location, *, only_read: bool = False) -> None:
        """Open nothing yet; of a store that is `only_read`, not even what a reader leaves beside it is made."""
        self.location = location
        self._only_read = only_read
        self._writer: Future[Writer] | None = None
        self._away: NoAnswerError | None = None
        self._away_until = 0.0

    def __str__(self) -> str:
        """Name the store and the experiment as a person would."""
        return f"{self.location}, experiment {self.location.experiment}"

    @property
    def address(self) -> str:
        """Name the store and the experiment."""
        return self.location.address

    @property
    def exists(self) -> bool:
        """Tell whether there is a database."""
        return self.location.exists

    @cached_property
    def reader(self) -> RunStore:
        """What reads."""
        if self.location.is_database:
            from nnexp.tracking.mlflow.sql import SqlReader

            return SqlReader(self.location, only_read=self._only_read)
        from nnexp.tracking.mlflow.reader import ClientReader

        return ClientReader(self.location)

    @cached_property
    def claims(self) -> Claims:
        """Who is at work on what."""
        from nnexp.tracking.mlflow.claims import claims_on

        return claims_on(self.location, self._reached)

    def experiment(self, name: str) -> RunStore:
        """Give what reads another experiment."""
        return MlflowStore(replace(self.location, experiment=name)).reader

    def open(self) -> Writer:
        """Give what writes; whoever asks waits until MLflow is imported, and the database made if there is none."""
        opening = self._writer = self._writer or self._begin()
        try:
            return opening.result()
        except Exception:
            self._writer = None  # the next to ask tries again
            raise

    def prepare(self) -> None:
        """Open the store for writing; where nothing is left that may fail, whoever asks need not wait for MLflow."""
        if self._writer:
            return
        self.location.check_writable()
        if self.location.is_database and self._is_sure():
            self._writer = self._begin()
        else:
            with self._reached():
                self.open()

    def _begin(self) -> Future[Writer]:
        """Begin to open the store in a thread of its own."""
        with signals_put_off():
            thread = ThreadPoolExecutor(1)
            try:
                return thread.submit(self._open)
            finally:
                thread.shutdown(wait=False)

    def _open(self) -> Writer:
        self.location.check_writable()
        from nnexp.tracking.mlflow.writer import Writer

        return Writer(self.location, self.reader)

    def _is_sure(self) -> bool:
        """Tell whether the database is yet to be made, or known to have the tables of this MLflow and to take runs."""
        if self.location.file and not self.exists:
            return True
        from nnexp.tracking.mlflow.sql import SqlReader
        from nnexp.tracking.mlflow.sqlite import schema_kept

        kept = schema_kept()
        try:
            reader = SqlReader(self.location)
            return kept is not None and reader.schema() == kept and not reader.is_deleted()
        except TrackingError:  # opening it will say what is wrong
            return False

    def create(self, run: RunStart, *, new: bool = False) -> str:
        """Begin a run, or complete one that an earlier try began."""
        with self._reached():
            return self.open().create(run, new=new)

    def log(self, run_id: str, metrics: Sequence[Metric] = (), tags: Mapping[str, str] | None = None) -> None:
        """Add metrics and set tags."""
        with self._reached():
            self.open().log(run_id, metrics, tags)

    def save(self, run_id: str, files: Sequence[Path]) -> None:
        """Keep files as artifacts."""
        with self._reached():
            self.open().save(run_id, files)

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        """Set the run's status and end."""
        with self._reached():
            self.open().end(run_id, status, ended_at)

    def delete(self, run_id: str) -> None:
        """Mark a run as deleted, in MLflow's way."""
        with self._reached():
            self.open().delete(run_id)

    def variables(self, run_id: str) -> Mapping[str, str]:
        """Give what MLflow reads to find a run."""
        known = {"TRACKING_URI": self.location.uri, "EXPERIMENT_ID": self.open().experiment_id, "RUN_ID": run_id}
        return {f"MLFLOW_{name}": value for name, value in known.items()}

    def runs(
        self,
        kind: Kind | None = Kind.RUN,
        *,
        status: Status | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[Run]:
        """List records, newest first."""
        with self._reached():
            return self.reader.runs(kind, status=status, tags=tags)

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric."""
        with self._reached():
            return self.reader.history(run_ids, metric)

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact."""
        with self._reached():
            return self.reader.artifact(run_id, name)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Ask a store that did not answer nothing more for a while: whoever waits for it could do something else."""
        if self._away and time.monotonic() < self._away_until:
            raise self._away
        try:
            with nullcontext() if self.location.is_database else waiting_for_a_server():
                yield
        except NoAnswerError as error:
            self._leave_alone(error)
            raise
        except (CutOff, KeyboardInterrupt) as error:
            if self.location.is_database:
                raise
            away = self._leave_alone(NoAnswerError(f"the tracking store {self.location} was not waited for"))
            if isinstance(error, CutOff):
                raise away from None
            raise

    def _leave_alone(self, error: NoAnswerError) -> NoAnswerError:
        self._away, self._away_until = error, time.monotonic() + AWAY_S
        return error
