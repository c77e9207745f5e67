"""The border between the launch policy and whatever runs the runs.

The contract (tests/contracts/test_executor.py holds it for every implementation):

- A run that was started says its events in order and ends with exactly one ending, whatever becomes of its process.
- Nothing that one run does reaches another run.
- After `stop` a run ends at its next epoch, after `kill` at once, both with the ending that was given; if its own end
  comes first, with that. One that is stopped as `Pruned` leaves its state there.
- Now and then an epoch brings along the state that the one before it left; the second one does, if there is any.
- A run that has a checkpoint says so, then the epochs before it as they were, and goes on from there; where that comes
  out otherwise than the checkpoint tells of the next epoch, it says that, and is trained from its start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nnexp.errors import ConfigError
from nnexp.tasks.task import Task
from nnexp.training.events import Ending, Event
from nnexp.training.spec import RunSpec

STARTING_S = 60.0  # what a worker may need before its run begins: imports, a busy machine


class Executor(Protocol):
    """Runs runs, up to `slots` at once, and passes on what they say."""

    slots: int
    starting_s: float  # the longest that a run may take to begin, besides its timeout

    def start(self, run: RunSpec) -> None:
        """Begin a run in a free slot; its number names it in the events."""
        ...

    def wait(self, seconds: float) -> list[tuple[int, Event]]:
        """Wait for events, at most so long, and give those that came."""
        ...

    def stop(self, number: int, ending: Ending) -> None:
        """Ask one run to end at its next epoch; `ending` is what it then says."""
        ...

    def kill(self, number: int, ending: Ending) -> None:
        """End one run at once; `ending` is what it says."""
        ...

    def close(self) -> None:
        """End whatever still runs, and let go of every process."""
        ...


MakeExecutor = Callable[[int], Executor]  # of so many slots


def cannot_be_sent(task: Task, error: BaseException) -> ConfigError:
    """Say that a task cannot be pickled."""
    return ConfigError(f"the task {task.name!r} cannot be sent to a worker process ({error}); define it in a module")
