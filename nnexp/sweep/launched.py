"""What became of what a session was asked for: a run, a sweep, reruns."""

from __future__ import annotations

from dataclasses import dataclass

from nnexp.archive.proof import Verdict
from nnexp.errors import UnfinishedError
from nnexp.recording.recorder import Recorder
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.survey import Survey
from nnexp.training.spec import RunSpec


@dataclass(frozen=True)
class Trained:
    """A single run that was launched."""

    run: RunSpec
    outcome: Outcome
    recorder: Recorder

    def check(self) -> None:
        """Raise UnfinishedError if it did not finish."""
        for failure in self.outcome.failures:
            where = f"{self.run.name} failed in epoch {failure.epoch + 1}"
            raise UnfinishedError(f"{where}: {failure.error} (see {failure.folder})")
        if self.outcome.killed:
            raise UnfinishedError(f"{self.run.name} was stopped; it is recorded as KILLED", self.outcome.exit_status)


@dataclass(frozen=True)
class Swept:
    """A sweep that was launched. A dry run has no parent, and nothing became of it."""

    survey: Survey
    parent_id: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Reruns:
    """Runs that were trained again: a verdict each, in their order, and the status that a shell is told."""

    verdicts: tuple[Verdict, ...]
    exit_status: int
