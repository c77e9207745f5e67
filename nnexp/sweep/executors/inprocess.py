"""An executor without processes: one run at a time, here. For single runs and for tests of the policy."""

from __future__ import annotations

from nnexp.sweep.executors.executor import STARTING_S
from nnexp.training.events import Ending, Event, WorkerLost
from nnexp.training.execute import Execution, execute
from nnexp.training.spec import RunSpec


class InProcessExecutor:
    """Advances a run by one event whenever it is waited for."""

    slots = 1
    starting_s = STARTING_S

    def __init__(self) -> None:
        self._number = 0
        self._events: Execution | None = None
        self._ready: list[tuple[int, Event]] = []
        self._stopping: Ending | None = None

    def start(self, run: RunSpec) -> None:
        """Begin a run."""
        self._number, self._stopping = run.number, None
        self._events = execute(run.task, run.values, run.basis, run.checkpoint)

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
        self._events = None

    def _advance(self) -> None:
        event = self._say(None)
        if event and self._stopping and not isinstance(event, Ending):
            self._say(self._stopping)

    def _say(self, told: Ending | None) -> Event | None:
        """Have the run go on, or end as it is told, and keep what it says."""
        if self._events is None:
            return None
        try:
            event: Event = self._events.send(told)
        except SystemExit as exit_:
            event = WorkerLost(f"the run called sys.exit({exit_.code})")
        self._ready.append((self._number, event))
        if isinstance(event, Ending):
            self.close()
        return event
