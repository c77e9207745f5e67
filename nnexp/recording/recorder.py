"""From events to a record: first into the run's folder, then, in batches, into the tracking store.

A store that goes away costs nothing: what it missed stays in the folder, marked as pending, and replay.py sends it
later. Every write to the store may safely be repeated, so nobody needs to know how far the last one came.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from nnexp.errors import RecordError, TrackingError
from nnexp.measure import Measure
from nnexp.recording import pending
from nnexp.recording.ending import end_tags, fate, known_at_the_end, leave
from nnexp.recording.folder import RunFolder
from nnexp.recording.metrics import end_metrics, epoch_metrics, final_metrics
from nnexp.recording.standing import Standing
from nnexp.tasks.task import Open
from nnexp.tracking.records import Metric, RunStart, Status, Tag, declared_by
from nnexp.tracking.store import Store
from nnexp.training.environment import fingerprint
from nnexp.training.events import Ending, Epoch, Event, Printed, Resumed, Started
from nnexp.training.spec import RunSpec

EVERY_S = 1.5  # seconds between batches, while a run is going
AGAIN_S = 5.0  # seconds before a store that failed is tried again


class Recorder:
    """Keeps the record of one run. Only the launching process makes recorders: the store has one writer.

    One that is `behind` knows that the store missed something, which is marked, and does not say it again.
    """

    def __init__(
        self,
        store: Store,
        folder: RunFolder,
        run: RunStart,
        say: Callable[[str], None],
        *,
        run_id: str | None = None,
        behind: bool = False,
    ) -> None:
        self.folder = folder
        self.run = run
        self.run_id = run_id
        self.epochs: list[Epoch] = []
        self.known: Mapping[str, float] = {}  # metrics of which it was known only at the end
        self.standing = Standing(lambda line: say(f"{run.name}: {line}"))
        self._measures = declared_by([run]).values()
        self._store = store
        self._say = say
        self._unsent: list[Metric] = []
        self._tags: dict[str, str] = {}
        self._last: dict[str, str] = {}  # tags of its end
        self._end: tuple[Status, int] | None = None
        self._due = time.monotonic() + EVERY_S  # a run that is over by then is written in one go
        self._behind = self._others_files = behind
        self._marked = True  # until the store has been told
        self._new = not behind  # until the store is asked to begin it, whether it answers or not

    @property
    def pending(self) -> bool:
        """Whether the store has not been told everything."""
        return self._behind

    def told(self, spec: RunSpec) -> RunSpec:
        """Give a run as it is to be begun: one whose own code may write into its record is told where that is."""
        if isinstance(spec.task, Open):
            self.send()
            if self.run_id:
                return replace(spec, task=spec.task.within(self._store.variables(self.run_id)))
        return spec

    def record(self, event: Event) -> None:
        """Write one event into the folder, and whatever is due into the store."""
        self.keep(event)
        self.pass_on(event)

    def keep(self, event: Event) -> None:
        """Write one event into the folder: from there on it is not lost."""
        if isinstance(event, Ending):
            self._last = end_tags(event, self.epochs, self._measures) | self.standing.tags_at(
                event, self.folder, self.epochs
            )
        try:
            self._journal(event)
        except OSError as error:
            self._elsewhere(event, error)
        self.remember(event)

    def pass_on(self, event: Event) -> None:
        """Write whatever is due after an event into the store."""
        if isinstance(event, Ending) or time.monotonic() >= self._due:
            self.send()
        if isinstance(event, Ending):
            self.let_go()

    def tick(self) -> None:
        """Send what is due, if there is anything, while the run says nothing."""
        if time.monotonic() >= self._due and (self.run_id is None or self._unsent):
            self.send()

    def send(self) -> None:
        """Bring the store up to date; if it cannot be reached, leave a mark so that it is done later."""
        try:
            self.send_now()
        except TrackingError as error:
            if not self._behind:
                later = f"in {self.folder.path} alone: {why}" if (why := self.mark()) else "and written later"
                self._say(f"{error}; the results are kept {later}")
            self._behind = True
            self._due = time.monotonic() + AGAIN_S

    def send_now(self) -> None:
        """Bring the store up to date.

        Raises
        ------
        TrackingError
            If it cannot be reached, or does not take it.
        """
        self._send()
        if self._marked:
            pending.clear(self.run.tags[Tag.UID])
        self._behind = self._marked = False
        self._due = time.monotonic() + EVERY_S

    def let_go(self) -> None:
        """Leave the run to others: nobody is at work on it any more."""
        self.folder.let_go()
        self._store.claims.let_go(self.run.tags[Tag.UID])

    def mark(self) -> str | None:
        """Leave word of the folder, so that the next command finds it; say why that cannot be, if it cannot."""
        self._marked = True
        return pending.mark(self.folder.path, self.run.tags[Tag.UID], self._store.address)

    def _send(self) -> None:
        if self.run_id is None:
            known = replace(self.run, tags={**self.run.tags, **self._tags}, metrics=tuple(self._unsent))
            new, self._new = self._new, False
            self.run_id = self._store.create(known, new=new)
        elif self._unsent or self._tags:
            self._store.log(self.run_id, self._unsent, self._tags)
        self._unsent, self._tags = [], {}
        if self._end:
            self._save(self.run_id)
            self._store.end(self.run_id, *self._end)

    def _save(self, run_id: str) -> None:
        """Save the run's files, checked unless we wrote them ourselves; what is refused stays there, and is named."""
        refused = self.folder.damage() if self._others_files else {}
        try:
            self._store.save(run_id, self.folder.artifacts(refused))
        except RecordError as error:
            refused[""] = str(error)
        if refused:
            self._say(f"{self.run.name}: {'; '.join(refused.values())}; left as it is, in {self.folder.path}")

    def _journal(self, event: Event) -> None:
        match event:
            case Started():
                self.folder.write_environment(event.environment)
            case Epoch():
                self.folder.add_epoch(event)
                if event.before:
                    self.standing.keep(event.before, self.folder)
            case Printed():
                self.folder.add_output(event.text)
            case Resumed():
                self.standing.resumed(event)
            case _:
                leave(event, self._last, self.folder, self.run.started_at, self.epochs, self._declared(self._last))

    def remember(self, event: Event) -> None:
        """Note an event that is in the folder, to be sent with the next batch."""
        match event:
            case Started():
                self._tags |= {Tag.ENVIRONMENT: fingerprint(event.environment)}
            case Epoch():
                self.epochs.append(replace(event, before=None))
                self._unsent += epoch_metrics(event)
            case Printed():
                pass  # saved with the other files
            case Resumed():
                self._tags |= self.standing.tags
            case _:
                self.close(fate(event), event.time, self._last, known_at_the_end(event))

    def close(self, status: Status, time: int, tags: Mapping[str, str], known: Mapping[str, float]) -> None:
        """Note the end of the run, and what was known only then, to be sent with the next batch."""
        if status is Status.FINISHED and Tag.PRUNED not in tags:
            finals = final_metrics(self.epochs, self._declared(tags), time, known)
            self._unsent += end_metrics(self.epochs, known, time) + finals
            self.known = known
        self._tags |= tags
        self._end = (status, time)

    def _declared(self, tags: Mapping[str, str]) -> Collection[Measure]:
        """Give what is declared of the run's metrics, when its end adds these tags."""
        return declared_by([replace(self.run, tags={**self.run.tags, **tags})]).values()

    def _elsewhere(self, event: Event, error: OSError) -> None:
        try:
            self._move(error)
            self._journal(event)
        except OSError as full:
            self._say(f"{self.folder.path} cannot be written either ({full.strerror}); only the store keeps this event")

    def _move(self, error: OSError) -> None:
        """Go on in a temporary folder when the run's own can no longer be written."""
        elsewhere = Path(tempfile.mkdtemp(prefix="nnexp-"))
        self.folder.copy_to(elsewhere)
        self._say(f"{self.folder.path} cannot be written ({error.strerror}); this run goes on in {elsewhere}")
        self.folder.let_go()
        self.folder = RunFolder(elsewhere)
        self.folder.claim()
        self._tags |= {Tag.FOLDER: str(elsewhere)}
        if self._marked:
            self.mark()
