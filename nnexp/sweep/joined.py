"""A sweep that another process launches, joined: which of its runs are taken here, and when it is over.

A source and its turns in one: a run is given only when it is ours, so nothing is waited for that others train. The last
runs come first; the launcher begins at the other end.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from nnexp.errors import ConfigError, DataError, NnexpError, RecordError, TrackingError
from nnexp.sweep.ledger import other_files, read_ledger
from nnexp.sweep.shared import PLAN, Row, read_rows
from nnexp.sweep.shared_task import read_base
from nnexp.sweep.source import Decision, Reused
from nnexp.sweep.turns import KeyTurns, Turn
from nnexp.sweep.watcher import Watcher
from nnexp.tasks.task import Task, is_foreign
from nnexp.tracking.records import Kind, Run, Status, Tag, sweep_claim
from nnexp.tracking.store import RunStore, Store
from nnexp.training.events import Event
from nnexp.training.spec import RunSpec, make_spec

LOOK_S = 1.0  # how often it is looked how the sweep stands


class Joined:
    """Gives the runs of a sweep that are neither finished nor trained elsewhere, for as long as it is launched."""

    def __init__(
        self,
        sweep: Run,
        store: Store,
        task: Task,
        watcher: Watcher,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sweep = sweep  # as it was found last
        self.is_launched = True
        self.others = 0  # runs that others have finished meanwhile
        self._store = store
        self._task = task
        self._watcher = watcher
        self._folder = folder
        self._clock = clock
        self._turns = KeyTurns(store, watcher.say, changed=_refuse_others)
        if store.claims.is_free(sweep_claim(sweep.tags.get(Tag.SWEEP, ""))) is None:
            raise TrackingError(f"{store} keeps no claims: whoever joined would train what is trained already")
        self._base = read_base(sweep, task)
        self._read = 0  # tags of runs
        self._number = 0
        self._elsewhere: list[RunSpec] = []  # what others were training when it was to be given
        self._ours: set[str] = set()  # keys that are given with the next run
        self._looked = clock()
        self._waiting = list(read_ledger(self._take_in(), store, changed=_refuse_others).to_do)

    @property
    def store(self) -> Store:
        """The store as it is written from here."""
        return cast(Store, InReach(self._store, self.sweep, self._watcher, self._folder))

    def next(self) -> RunSpec | None:
        """Give the last run that is ours to train."""
        self._look()
        while self.is_launched and self._waiting:
            run = self._waiting.pop()
            match self._turns.take(run):
                case Turn.OURS | Turn.LEFT:
                    self._ours.add(run.key)
                    return run
                case Turn.ELSEWHERE:
                    self._elsewhere.append(run)
                case Run():
                    self._finished_elsewhere(run)
        return None

    def hear(self, run: RunSpec, event: Event | Reused) -> Decision:  # noqa: ARG002
        """Let every run come to its end."""
        return Decision.GO_ON

    def left(self) -> Sequence[RunSpec]:
        """List the runs that were never given."""
        return (*self._elsewhere, *self._waiting)

    def expects_more(self) -> bool:
        """Wait while it is launched: others may leave runs, and the launcher may ask for more."""
        self._look()
        return self.is_launched

    def take(self, run: RunSpec) -> Turn | Run:
        """Take a run's turn, which was taken already if it was just given."""
        if run.key in self._ours:
            self._ours.discard(run.key)
            return Turn.OURS
        return self._turns.take(run)

    def let_go(self, run: RunSpec) -> None:
        """Leave it to others."""
        self._turns.let_go(run)

    def _look(self) -> None:
        """Look how the sweep stands, unless that was done just now; a store that is away may be there again soon."""
        if not self.is_launched or self._clock() - self._looked < LOOK_S:
            return
        try:
            key = self.sweep.tags[Tag.SWEEP]
            found = [one for one in self._store.runs(Kind.SWEEP, tags={Tag.SWEEP: key}) if self._is_same(one)]
            self.sweep = found[0] if found else self.sweep
            running = bool(found) and self.sweep.status is Status.RUNNING
            self.is_launched = running and self._store.claims.is_free(sweep_claim(key)) is not True
            if self.is_launched:
                new = self._take_in()
                self._waiting = self._left_of([*reversed(self._elsewhere), *self._waiting, *new])
                self._elsewhere = []
                self._watcher.more(new)
        except TrackingError:
            pass
        self._looked = self._clock()

    def _is_same(self, sweep: Run) -> bool:
        return sweep.run_id == self.sweep.run_id

    def _left_of(self, runs: Sequence[RunSpec]) -> list[RunSpec]:
        """Pass over the runs that are finished."""
        ledger = read_ledger(runs, self._store, changed=_refuse_others)
        for run in runs:
            if run.key in ledger.done:
                self._finished_elsewhere(run)
        return list(ledger.to_do)

    def _finished_elsewhere(self, run: RunSpec) -> None:
        self.others += 1
        self._watcher.reused(run)

    def _take_in(self) -> list[RunSpec]:
        """Read the runs that are new in the store, and refuse those that cannot be trained here as they are planned.

        Raises
        ------
        RecordError
            If they are the first, and none of them can.
        """
        refused: dict[str, list[str]] = defaultdict(list)
        first, new = not self._read, []
        for rows in read_rows(self.sweep, self._read + 1):
            self._read += 1
            for row in rows:
                try:
                    new.append(self._spec(row))
                except (ConfigError, DataError, RecordError) as error:
                    refused[str(error)].append(row.name)
        told = list(_told(refused))
        if first and not new:
            raise RecordError("; ".join(told) or f"sweep {self.sweep.name} shares no runs")
        for line in told:
            self._watcher.say(line)
        return new

    def _spec(self, row: Row) -> RunSpec:
        """Make the run that a row stands for."""
        schema = self._task.schema
        config = schema.parse_recorded({**self._base, **row.settings})
        schema.check_recorded(config)
        self._number += 1
        run = make_spec(self._task, config, number=self._number, folder=self._folder / str(self._number))
        if run.key != row.key:
            data = f"the data {run.data.name} are others" if run.data else "its settings come to another key"
            raise RecordError(f"{data} here than where the sweep was launched")
        return replace(run, name=row.name)


class InReach:
    """A store that is sent artifacts only if those of the sweep itself can be read here: else they lie elsewhere."""

    def __init__(self, store: Store, sweep: Run, watcher: Watcher, folder: Path) -> None:
        self._store = store
        self._sweep = sweep
        self._watcher = watcher
        self._folder = folder

    def __str__(self) -> str:
        """Name the store."""
        return str(self._store)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save(self, run_id: str, files: Sequence[Path]) -> None:
        """Keep files as artifacts of the run, or leave them where they are."""
        if self._reaches_artifacts:
            self._store.save(run_id, files)

    @cached_property
    def _reaches_artifacts(self) -> bool:
        """Asked when a run is over: by then the launcher has left what is looked for."""
        self._store.runs(Kind.SWEEP)  # one that is away is another matter
        try:
            found = self._store.artifact(self._sweep.run_id, PLAN)
        except NnexpError:
            found = None
        if found is None:
            self._watcher.say(
                "the artifacts of this store are out of reach here: the figures of what is trained go to the store, "
                f"its parameters and digests stay in {self._folder}; so it can be compared, and not be rerun"
            )
        return found is not None


def _refuse_others(record: Run, run: RunSpec, store: RunStore) -> None:
    """Take a finished record for what it is, unless what it was seen to read is not what would be read here.

    A run whose files were changed before the launch is not shared.

    Raises
    ------
    RecordError
        Then whatever is trained here is another experiment, and the sweep trains it again.
    """
    try:
        found = other_files(record, run.task, store) if is_foreign(run.task) else []
    except RecordError:  # nobody can tell
        return
    if found:
        raise RecordError(f"{found[0]}, which run {record.run_id[:8]} of the sweep read, is another here than there")


def _told(refused: dict[str, list[str]]) -> Iterator[str]:
    for why, names in refused.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{names[0]}{more} cannot be trained here: {why}"
