"""A store as it is looked at: what cannot be read of a run is passed over as if it were not there, and named once.

Whoever proves something asks the store itself, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nnexp.archive.predictions import ANSWERS, read_predictions
from nnexp.archive.reader import RunReader
from nnexp.errors import RecordError
from nnexp.tracking.records import Kind, Run, Status
from nnexp.tracking.store import RunStore


class Readable:
    """The reading side of the border, `RunStore`, over another; what it passes over it says."""

    def __init__(self, store: RunStore, say: Callable[[str], None]) -> None:
        self._store = store
        self._say = say
        self._said: set[tuple[str, str]] = set()

    def runs(
        self,
        kind: Kind | None = Kind.RUN,
        *,
        status: Status | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[Run]:
        """List records, newest first."""
        return self._store.runs(kind, status=status, tags=tags)

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric."""
        return self._store.history(run_ids, metric)

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact; None also where it is not what nnexp writes."""
        try:
            content = RunReader(run_id, self._store).checked(name)
            if name == ANSWERS:
                read_predictions(self._store, run_id)
        except RecordError as error:
            if (run_id, str(error)) not in self._said:
                self._said.add((run_id, str(error)))
                self._say(f"run {run_id[:8]}: {error}; it is passed over")
            return None
        return content
