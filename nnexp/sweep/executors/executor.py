"""The border between the launch policy and whatever runs the runs.

The contract (tests/contracts/test_executor.py holds it for every implementation):

- A run that was started says its events in order and ends with exactly one ending, whatever becomes of its process.
- Nothing that one run does reaches another run.
- After `stop`, running runs end as `Killed` at their next epoch; after `kill`, at once.
"""

from __future__ import annotations

from typing import Protocol

from nnexp.config.schema import Config
from nnexp.training.events import Ending, Event


class Executor(Protocol):
    """Runs configs, up to `slots` at once, and passes on what they say."""

    slots: int

    def start(self, number: int, config: Config) -> None:
        """Begin a run in a free slot; `number` names it in the events."""
        ...

    def wait(self, seconds: float) -> list[tuple[int, Event]]:
        """Wait for events, at most so long, and give those that came."""
        ...

    def stop(self) -> None:
        """Ask every running run to end at its next epoch."""
        ...

    def kill(self, number: int, ending: Ending) -> None:
        """End one run at once; `ending` is what it says."""
        ...

    def close(self) -> None:
        """End whatever still runs, and let go of every process."""
        ...
