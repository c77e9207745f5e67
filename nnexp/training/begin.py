"""Beginning to train: from the start, or from where an earlier run stood, if going on from there is exact.

That is proved each time where it can be: the epoch that came next then is trained first, and must come out again.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from nnexp.measure import TOTAL
from nnexp.tasks.task import Measured, Result, Task
from nnexp.training.checkpoint import Checkpoint
from nnexp.training.events import Event, Resumed
from nnexp.training.measured import epoch_of, parting

Training = Generator[Measured, None, Result]


@dataclass(frozen=True)
class Begun:
    """A training, and how far it is."""

    training: Training
    said: Sequence[Event] = ()  # what there is to say before anything more is trained
    number: int = 0  # of the last epoch that is done
    last: Measured | None = None  # what it brought, if it was trained here
    seconds: float = 0.0  # that all epochs took so far


def begin(task: Task, config: Any, checkpoint: Checkpoint | None) -> Begun:
    """Begin, and give what there is to say of it."""
    if checkpoint is None:
        return Begun(task.begin(config))
    training, last, why = task.begin(config, checkpoint.state), None, ""
    if checkpoint.next:
        last, why = _prove(task, training, checkpoint)
    resumed = Resumed(checkpoint.run_id, checkpoint.epoch, why)
    if why:
        return Begun(task.begin(config), [resumed])
    epochs = [*checkpoint.epochs, *([checkpoint.next] if checkpoint.next else [])]
    return Begun(training, [resumed, *epochs], len(epochs), last, epochs[-1].metrics.get(TOTAL.name, 0.0))


def _prove(task: Task, training: Training, checkpoint: Checkpoint) -> tuple[Measured | None, str]:
    """Train the epoch that came next; say in what it came out otherwise, whatever the reason."""
    then = checkpoint.next
    assert then
    try:
        measured = next(training)
        why = parting(task, epoch_of(task, then.number, measured, 0.0), then)
    except StopIteration:
        measured, why = None, "it was not trained"
    except Exception as error:  # of a state that does not fit
        measured, why = None, f"{type(error).__name__}: {' '.join(str(error).split())}"
    return measured, why and f"epoch {then.number} came out otherwise ({why})"
