"""What the runs of a search reached, whoever trained them and whenever: by their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from nnexp.errors import TrackingError
from nnexp.measure import Measure, is_usable
from nnexp.recording.identity import finished_run
from nnexp.sweep.source import Reused
from nnexp.tracking.records import Run
from nnexp.training.events import Epoch, Event, Failed, Finished, Pruned, Started, WorkerLost
from nnexp.training.spec import RunSpec

Curve = dict[int, float]  # the value of each epoch


@dataclass
class Results:
    """Begins with what the store tells, and hears the rest. `read_curves` gives those of finished or pruned records.

    `changed` says why a finished record of a run's key does not stand for the run.
    """

    measure: Measure
    finished: dict[str, Run] = field(default_factory=dict)
    pruned: dict[str, Run | None] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)  # and why
    read_curves: Callable[[Iterable[Run]], Mapping[str, Curve]] = lambda _: {}  # by the id of a record
    changed: Callable[[Run, RunSpec], str | None] = lambda _record, _run: None
    _epochs: dict[str, list[Epoch]] = field(default_factory=dict)
    _curves: dict[str, Curve] = field(default_factory=dict)

    def hear(self, run: RunSpec, event: Event | Reused) -> None:
        """Learn what a run says."""
        match event:
            case Started():
                self._epochs[run.key], self._curves[run.key] = [], {}
            case Epoch():
                self._epochs[run.key].append(event)
                if self.measure.history in event.metrics:
                    self._curves[run.key][event.number] = event.metrics[self.measure.history]
            case Finished():
                self.finished[run.key] = finished_run(run, self._epochs.pop(run.key, []), event)
            case Reused():
                self.finished[run.key] = event.record
            case Pruned():
                self.pruned[run.key] = None
            case Failed() | WorkerLost():
                self.failed[run.key] = event.error

    def forget_changed(self, runs: Iterable[RunSpec]) -> bool:
        """Forget the finished records that do not stand for their runs; tell whether there were any."""
        recorded = [run for run in runs if run.key in self.finished and self.finished[run.key].run_id != run.key]
        changed = [run.key for run in recorded if self.changed(self.finished[run.key], run)]
        for key in changed:
            del self.finished[key]
        return bool(changed)

    def is_over(self, key: str) -> bool:
        """Tell whether a run came to an end that counts: one that was stopped by a person goes on."""
        return key in self.finished or key in self.pruned or key in self.failed

    def value(self, key: str) -> float | None:
        """Give what a finished run came to; None where that is no number."""
        value = self.finished[key].metrics.get(self.measure.name)
        return value if value is not None and is_usable(value) else None

    def curve(self, key: str) -> Curve:
        """Give what a run reached in each epoch so far."""
        if key not in self._curves:
            try:
                self.read([key])
            except TrackingError:  # it is asked for again
                return {}
        return self._curves.get(key, {})

    def read(self, keys: Iterable[str]) -> None:
        """Read the curves of runs that are in the store, all at once."""
        records = {key: self.finished.get(key) or self.pruned.get(key) for key in keys}
        known = {key: record for key, record in records.items() if record and key not in self._curves}
        curves = self.read_curves(known.values()) if known else {}
        self._curves |= {key: dict(curves.get(record.run_id, {})) for key, record in known.items()}
