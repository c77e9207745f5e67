"""One try at a run, and how many there may be."""

from __future__ import annotations

from dataclasses import dataclass

from nnexp.recording.recorder import Recorder
from nnexp.training.events import Changed, Ending, Failed, WorkerLost
from nnexp.training.spec import RunSpec


@dataclass
class Attempt:
    """One try at a run."""

    run: RunSpec
    number: int  # from 1
    waited: bool = False  # for another process
    recorder: Recorder | None = None
    started: float = 0.0  # when it began, or the latest that it may


def tries(ending: Ending, retries: int) -> int:
    """Count how often a run may be tried that ended so."""
    match ending:
        case WorkerLost(retry=True):
            return 1 + max(1, retries)
        case Failed() if not isinstance(ending, Changed):
            return 1 + retries
        case _:
            return 1
