"""The border to whatever remembers runs.

Two small protocols: a `Tracker` is written to by the one process that launches; a `RunStore` is read by everybody.

The contract (tests/contracts/test_store.py holds it for every implementation):

- Writing the same thing twice leaves one copy: a run with the same `nnexp.uid`, a metric with the same name, step,
  value and timestamp, a parameter with the same value, a tag, an artifact. So whoever is unsure whether a write arrived
  may repeat it.
- A store that cannot be reached, read or written raises `TrackingError`, and nothing else. An artifact that cannot be
  believed (a link, a pipe, too large a file, an address outside of the store's) raises `RecordError`: it is one run's.
- A store that was only read has changed nothing: what it needs for writing is made at the first write, or by `prepare`.
- A claim is held by one process at a time, until it lets go or is gone.
- Tags go by the names in tracking/records.py, whatever the store itself calls them.
- What comes out is data: strings, numbers and bytes, never an object that was pickled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from nnexp.tracking.claims import Claims
from nnexp.tracking.records import Kind, Metric, Run, RunStart, Status


class Tracker(Protocol):
    """Where runs are written."""

    def prepare(self) -> None:
        """Refuse what cannot be written, before training begins; opening the store may go on until the first write."""
        ...

    def create(self, run: RunStart, *, new: bool = False) -> str:
        """Begin a run, with all that is known of it, or complete one begun before; return its id.

        One that is `new` nobody can have begun before, and it is not looked for.
        """
        ...

    def log(self, run_id: str, metrics: Sequence[Metric] = (), tags: Mapping[str, str] | None = None) -> None:
        """Add metrics and set tags, any number of them in one call."""
        ...

    def save(self, run_id: str, files: Sequence[Path]) -> None:
        """Keep files as artifacts of the run, each under its own name."""
        ...

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        """Set the run's status and end (Unix milliseconds); RUNNING opens it again and forgets its end."""
        ...

    def delete(self, run_id: str) -> None:
        """Mark a run as deleted: from then on it is read by nobody, though the store may be able to restore it."""
        ...


class RunStore(Protocol):
    """Where runs are read."""

    def runs(
        self,
        kind: Kind | None = Kind.RUN,
        *,
        status: Status | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[Run]:
        """List the records of one kind (None: all), with one status and all the tags given, newest first."""
        ...

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric, by step; a run that has none is absent."""
        ...

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact; None if the run has none of that name."""
        ...


class Store(Tracker, RunStore, Protocol):
    """A store that is both written and read, as a launcher needs it; as text, it is named as a person would."""

    @property
    def exists(self) -> bool:
        """Tell whether there is a store yet."""
        ...

    @property
    def claims(self) -> Claims:
        """Give the claims on what it holds."""
        ...

    def variables(self, run_id: str) -> Mapping[str, str]:
        """Give the environment variables by which other code finds the store and a run in it; none if it cannot."""
        ...

    @property
    def address(self) -> str:
        """Name the store so that another process can tell whether it is the same one; empty where none can reach it."""
        ...


@runtime_checkable
class Experiments(Protocol):
    """A store that keeps other people's experiments beside nnexp's."""

    def experiment(self, name: str) -> RunStore:
        """Give what reads another experiment; of one that is not there it reads no run."""
        ...
