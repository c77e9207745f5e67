"""An executor without processes: one run at a time, here. For single runs and for tests of the policy."""

from __future__ import annotations

from collections.abc import Iterator

from nnexp.training.events import Ending, Event, WorkerLost
from nnexp.training.execute import execute
from nnexp.training.spec import RunSpec


class InProcessExecutor:
    """Advances a run by one event whenever it is waited for."""

    slots = 1

    def __init__(self) -> None:
        self._number = 0
        self._events: Iterator[Event] = iter(())
        self._ready: list[tuple[int, Event]] = []
        self._stopping: Ending | None = None

    def start(self, run: RunSpec) -> None:
        """Begin a run."""
        self._number, self._stopping = run.number, None
        self._events = execute(run.task, run.values, run.basis)

    def wait(self, seconds: float) -> list[tuple[int, Event]]:  # noqa: ARG002
        """Advance the run by one event, however long that takes."""
        if not self._ready:
            self._advance()
        ready, self._ready = self._ready, []
        return ready

    def stop(self, number: int, ending: Ending) -> None:
        """End the run at its next epoch."""
        if number == self._number:
            self._stopping = ending

    def kill(self, number: int, ending: Ending) -> None:
        """End the run between two of its epochs: in one process there is no sooner."""
        self.close()
        self._ready.append((number, ending))

    def close(self) -> None:
        """Forget the run."""
        self._events = iter(())

    def _advance(self) -> None:
        try:
            event = next(self._events, None)
        except SystemExit as exit_:
            event = WorkerLost(f"the run called sys.exit({exit_.code})")
        if event is None:
            return
        self._ready.append((self._number, event))
        if self._stopping and not isinstance(event, Ending):
            self.kill(self._number, self._stopping)
