"""Who looks on while a launch goes: a progress display, or nobody."""

from __future__ import annotations

from typing import Protocol

from nnexp.sweep.plan import PlannedRun
from nnexp.training.events import Ending, Epoch


class Watcher(Protocol):
    """Is told what happens, and must not interfere."""

    def started(self, run: PlannedRun) -> None:
        """Hear that a run was started."""
        ...

    def epoch(self, run: PlannedRun, event: Epoch) -> None:
        """Hear that a run completed an epoch."""
        ...

    def ended(self, run: PlannedRun, ending: Ending, *, again: bool) -> None:
        """Hear how a run ended, and whether it is tried again."""
        ...

    def say(self, line: str) -> None:
        """Tell the person something that they should know."""
        ...
