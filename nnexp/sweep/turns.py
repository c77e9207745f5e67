"""Whose turn it is to train a key: one process trains it, and whoever else wants it waits and reuses it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from nnexp.errors import TrackingError
from nnexp.recording.repair import settle
from nnexp.sweep.ledger import Changed, changed_since
from nnexp.tracking.records import Run, Tag, key_claim, newest_finished
from nnexp.tracking.store import Store
from nnexp.training.spec import RunSpec


class Turn(Enum):
    """Why there is no record of a run yet."""

    OURS = "ours"
    LEFT = "left"  # ours; and who trained it before, here or elsewhere, has left where it stood
    ELSEWHERE = "elsewhere"  # another process trains it, or records it


class Turns(Protocol):
    """Tells whose turn it is."""

    def take(self, run: RunSpec) -> Turn | Run:
        """Take a run's turn, or give the record of what another process has finished meanwhile."""
        ...

    def let_go(self, run: RunSpec) -> None:
        """Leave it to others."""
        ...


class NoTurns:
    """Lets every run be trained: as a rerun, which is to be trained whatever there is."""

    def take(self, run: RunSpec) -> Turn | Run:  # noqa: ARG002
        """Say that it is ours."""
        return Turn.OURS

    def let_go(self, run: RunSpec) -> None:
        """Do nothing."""


class KeyTurns:
    """Claims each key while it is trained; with `fresh`, what was finished before is trained all the same."""

    def __init__(
        self, store: Store, say: Callable[[str], None], *, fresh: bool = False, changed: Changed = changed_since
    ) -> None:
        self._store = store
        self._say = say
        self._fresh = fresh
        self._changed = changed
        self._waited: set[str] = set()  # keys that another process was training when we came

    def take(self, run: RunSpec) -> Turn | Run:
        """Take a run's turn, unless another process has it, or had it and finished."""
        if not self._store.claims.take(key_claim(run.key)):
            self._waited.add(run.key)
            return Turn.ELSEWHERE
        turn: Turn | Run = Turn.ELSEWHERE
        try:
            turn = self._turn(run) if not self._fresh or run.key in self._waited else Turn.OURS
        finally:
            if turn not in (Turn.OURS, Turn.LEFT):
                self.let_go(run)
        return turn

    def let_go(self, run: RunSpec) -> None:
        """Leave it to others."""
        self._store.claims.let_go(key_claim(run.key))

    def _turn(self, run: RunSpec) -> Turn | Run:
        try:
            return self._found(run)
        except TrackingError:  # trained once more than needed, rather than not at all
            return Turn.OURS

    def _found(self, run: RunSpec) -> Turn | Run:
        records = settle(run.key, self._store, self._say)
        if records is None:
            return Turn.ELSEWHERE
        record = newest_finished(records).get(run.key)
        if record is None:
            return Turn.LEFT if any(Tag.STATE in one.tags for one in records) else Turn.OURS
        return Turn.OURS if self._is_stale(record, run) else record

    def _is_stale(self, record: Run, run: RunSpec) -> bool:
        why = self._changed(record, run, self._store)
        if why:
            self._say(why)
        return why is not None
