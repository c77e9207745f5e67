"""Where a launch gets its runs from: a list that was planned, or something that learns from what it hears.

The border between what to run and how to run it. A source is asked for the next run whenever a worker is free, and is
told of every epoch and every ending, upon which it may have a run stopped. The launch policy knows no more of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from nnexp.sweep.ledger import Ledger
from nnexp.tracking.records import Run
from nnexp.training.events import Event
from nnexp.training.spec import RunSpec


class Decision(Enum):
    """What a source says to an event of a run."""

    GO_ON = "go on"
    STOP = "stop"  # it is not worth going on with: the run ends at its next epoch, as `Pruned`


@dataclass(frozen=True)
class Reused:
    """Another process has finished the run: its record stands for it."""

    record: Run


class Source(Protocol):
    """Gives runs, one at a time."""

    def next(self) -> RunSpec | None:
        """Give the next run to start; None if there is none now. It is asked again after every event that it hears."""
        ...

    def hear(self, run: RunSpec, event: Event | Reused) -> Decision:
        """Hear what a run says: epochs and its ending, not of a try that is followed by another."""
        ...

    def left(self) -> Sequence[RunSpec]:
        """List the runs that are known already and were never given."""
        ...


class Growing(Source, Protocol):
    """A source that asks for runs as it learns what others reached."""

    @property
    def is_over(self) -> bool:
        """Whether it asks for nothing more."""
        ...

    @property
    def taken(self) -> Sequence[RunSpec]:
        """The runs that were asked for so far, whether they were done already or not."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Those of them that were done already, and those that wait."""
        ...

    @property
    def runs_at_most(self) -> int:
        """How many runs may still be to do."""
        ...


@runtime_checkable
class Expecting(Protocol):
    """A source that others tell of runs: it may know more later, though nothing that it gave goes on."""

    def expects_more(self) -> bool:
        """Tell whether to wait."""
        ...


class Planned:
    """The runs of a list, in its order."""

    def __init__(self, runs: Iterable[RunSpec]) -> None:
        self._waiting = deque(runs)

    def next(self) -> RunSpec | None:
        """Give the first that was not given yet."""
        return self._waiting.popleft() if self._waiting else None

    def hear(self, run: RunSpec, event: Event | Reused) -> Decision:  # noqa: ARG002
        """Let every run come to its end."""
        return Decision.GO_ON

    def left(self) -> Sequence[RunSpec]:
        """List what was never given."""
        return tuple(self._waiting)
