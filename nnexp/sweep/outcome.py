"""What became of a launch."""

from __future__ import annotations

from dataclasses import dataclass, field

from nnexp.tracking.records import Run
from nnexp.training.spec import RunSpec


@dataclass(frozen=True)
class Failure:
    """A run that did not finish."""

    name: str
    epoch: int  # the last one that it completed
    error: str
    folder: str


@dataclass
class Outcome:
    """The runs of a launch by their fate, and how it ended."""

    finished: list[str] = field(default_factory=list)  # keys
    reused: list[Run] = field(default_factory=list)  # what another process has finished meanwhile
    pruned: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    left: list[RunSpec] = field(default_factory=list)  # never started
    unsent: int = 0  # runs whose results the store has not been told
    seconds: float = 0.0
    interrupted: int | None = None  # the signal

    @property
    def exit_status(self) -> int:
        """What a shell expects of a command that was ended by a signal; 0 if there was none."""
        return 128 + self.interrupted if self.interrupted else 0
