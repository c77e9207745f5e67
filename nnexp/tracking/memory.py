"""A tracker that remembers in this process alone: for tests, notebooks and as the contract's simplest reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from nnexp.errors import TrackingError
from nnexp.regular import read_file
from nnexp.tracking.claims import Claims, OwnClaims
from nnexp.tracking.records import Kind, Metric, Run, RunStart, Status, Tag


@dataclass
class _Entry:
    record: Run
    metrics: dict[Metric, None] = field(default_factory=dict)
    artifacts: dict[str, bytes] = field(default_factory=dict)


class MemoryStore:
    """Both sides of the border, `Tracker` and `RunStore`, over a dictionary."""

    address = ""  # no other process finds it
    exists = True

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._ids = count(1)
        self.claims: Claims = OwnClaims()

    def __str__(self) -> str:
        """Name the store as a person would."""
        return "the memory of this process"

    def prepare(self) -> None:
        """Do nothing: it can always be written."""

    def variables(self, run_id: str) -> Mapping[str, str]:  # noqa: ARG002
        """Give none: no other process reaches it."""
        return {}

    def create(self, run: RunStart, *, new: bool = False) -> str:
        """Begin a run, unless an earlier try did."""
        known = self.runs(None, tags={Tag.UID: run.tags[Tag.UID]}) if Tag.UID in run.tags and not new else []
        if known:
            self.log(known[0].run_id, run.metrics, run.tags)
            return known[0].run_id
        run_id = f"{next(self._ids):08x}".ljust(32, "0")
        tags = dict(run.tags) | ({Tag.PARENT: run.parent_id} if run.parent_id else {})
        record = Run(run_id, run.name, Status.RUNNING, run.started_at, None, dict(run.params), {}, tags)
        self._entries[run_id] = _Entry(record)
        self.log(run_id, run.metrics)
        return run_id

    def log(self, run_id: str, metrics: Sequence[Metric] = (), tags: Mapping[str, str] | None = None) -> None:
        """Add metrics and set tags."""
        entry = self._entry(run_id)
        entry.metrics |= dict.fromkeys(metrics)
        ordered = sorted(entry.metrics, key=lambda m: (m.step, m.timestamp))
        latest = {metric.name: metric.value for metric in ordered}
        entry.record = replace(entry.record, metrics=latest, tags={**entry.record.tags, **(tags or {})})

    def save(self, run_id: str, files: Sequence[Path]) -> None:
        """Keep files as artifacts."""
        found = {file.name: content for file in files if (content := read_file(file)) is not None}
        self._entry(run_id).artifacts |= found

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        """Set the run's status and end."""
        entry = self._entry(run_id)
        entry.record = replace(entry.record, status=status, ended_at=None if status is Status.RUNNING else ended_at)

    def delete(self, run_id: str) -> None:
        """Forget a run."""
        del self._entries[self._entry(run_id).record.run_id]

    def runs(
        self,
        kind: Kind | None = Kind.RUN,
        *,
        status: Status | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[Run]:
        """List records, newest first."""
        wanted = (tags or {}).items()
        return [
            entry.record
            for entry in sorted(self._entries.values(), key=lambda e: e.record.started_at, reverse=True)
            if kind in (None, entry.record.kind)
            and status in (None, entry.record.status)
            and wanted <= entry.record.tags.items()
        ]

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        """Give each run's (step, value) pairs of one metric."""
        found = {
            run_id: sorted((m.step, m.value) for m in self._entry(run_id).metrics if m.name == metric)
            for run_id in run_ids
        }
        return {run_id: pairs for run_id, pairs in found.items() if pairs}

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Read one artifact."""
        return self._entry(run_id).artifacts.get(name)

    def _entry(self, run_id: str) -> _Entry:
        if run_id not in self._entries:
            raise TrackingError(f"the store holds no run {run_id}")
        return self._entries[run_id]
