"""Who looks on while a launch goes: a progress display, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from nnexp.sweep.survey import Survey
from nnexp.training.events import Ending, Epoch
from nnexp.training.spec import RunSpec

Estimate = Callable[[RunSpec], float]  # seconds of a run


class Watcher(Protocol):
    """Is told what happens, and must not interfere."""

    def surveyed(self, survey: Survey) -> None:
        """Hear what a sweep comes to, before anything of it is run."""
        ...

    def watching(self, runs: Sequence[RunSpec], estimate: Estimate) -> AbstractContextManager[None]:
        """Look on while these runs are done; `estimate` gives the seconds of each."""
        ...

    def more(self, runs: Sequence[RunSpec]) -> None:
        """Hear that these are to be done besides."""
        ...

    def started(self, run: RunSpec) -> None:
        """Hear that a run was started."""
        ...

    def epoch(self, run: RunSpec, event: Epoch) -> None:
        """Hear that a run completed an epoch."""
        ...

    def printed(self, run: RunSpec, text: str) -> None:
        """Hear what a run printed, which is kept whether it is shown or not."""
        ...

    def ended(self, run: RunSpec, ending: Ending, *, again: bool) -> None:
        """Hear how a run ended, and whether it is tried again."""
        ...

    def reused(self, run: RunSpec) -> None:
        """Hear that another process has finished a run meanwhile."""
        ...

    def say(self, line: str) -> None:
        """Tell the person something that they should know."""
        ...


class Nobody:
    """Looks on and shows nothing."""

    def surveyed(self, survey: Survey) -> None:
        """Show nothing."""

    @contextmanager
    def watching(self, runs: Sequence[RunSpec], estimate: Estimate) -> Iterator[None]:  # noqa: ARG002
        """Show nothing."""
        yield

    def more(self, runs: Sequence[RunSpec]) -> None:
        """Show nothing."""

    def started(self, run: RunSpec) -> None:
        """Show nothing."""

    def epoch(self, run: RunSpec, event: Epoch) -> None:
        """Show nothing."""

    def printed(self, run: RunSpec, text: str) -> None:
        """Show nothing."""

    def ended(self, run: RunSpec, ending: Ending, *, again: bool) -> None:
        """Show nothing."""

    def reused(self, run: RunSpec) -> None:
        """Show nothing."""

    def say(self, line: str) -> None:
        """Show nothing."""
