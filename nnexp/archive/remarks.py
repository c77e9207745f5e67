"""What decides an answer and is said of a run in words or figures, held against what shows it: predictions, and a task.

Whoever alters it where it is said, in the store and in the journal alike, is found out by that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nnexp.archive.predictions import Predictions
from nnexp.config.schema import Schema
from nnexp.measure import LOST_FROM
from nnexp.recording.files import EPOCHS, PREDICTIONS
from nnexp.recording.identity import LONGEST_REASON
from nnexp.tracking.records import Run, Tag

ACCURACY, CORRECT, BALANCED = "test/accuracy", "test/correct", "test/balanced_accuracy"


def other_remarks(run: Run, figures: Mapping[str, float], answers: Predictions) -> Iterator[str]:
    """Say what a network's answers do not bear out: figures of the last epoch in the journal, and tags of its run."""
    correct, recalls = int(answers.correct.sum()), answers.recalls()
    reached = {
        ACCURACY: correct / len(answers.labels),
        CORRECT: float(correct),
        BALANCED: sum(recalls) / len(recalls),
    }
    for name, value in reached.items():
        if name in figures and figures[name] != value:
            yield f"{name} of the last epoch is {figures[name]!r} in {EPOCHS}, and {value!r} by {PREDICTIONS}"
    if Tag.LOST in run.tags:  # else it is older
        yield from _other(Tag.LOST, run.tags[Tag.LOST], _lost(answers, LOST_FROM), _lost(answers, 1))
    if CORRECT in figures:
        yield from _other(Tag.NEVER_PREDICTED, _never_predicted(run, answers), _written(answers.never_predicted()))


def misnamed(run: Run, schema: Schema[Any]) -> Iterator[str]:
    """Say which settings a run's record calls incidental and its task does not, or the other way round."""
    for one in schema.settings.values():
        if one.decides and one.name in run.incidental:
            yield f"{Tag.INCIDENTAL} names {one.name}, which decides what is trained"
        elif not one.decides and one.name in run.params and one.name not in run.incidental:
            yield f"{Tag.INCIDENTAL} does not name {one.name}, which decides nothing of what is trained"


def _other(tag: str, told: str, shown: str, *also: str) -> Iterator[str]:
    if told.rstrip() not in (shown, *also):
        yield f"{tag} is {told[:80] or 'not'} in the store, and {shown[:80] or 'not'} by {PREDICTIONS}"


def _lost(answers: Predictions, fewest: int) -> str:
    """Write what was lost as a tag; runs that are older than LOST_FROM were judged by every class that has examples."""
    return _written(answers.lost(fewest)) or Tag.NOTHING


def _never_predicted(run: Run, answers: Predictions) -> str:
    """Give the tag less the classes that answers do not know which are older than the names of their classes."""
    known = {str(number) for number in range(len(answers.classes))}
    told = run.tags.get(Tag.NEVER_PREDICTED, "").split()
    return " ".join(one for one in told if one in known or not one.isdecimal())


def _written(classes: list[int]) -> str:
    return " ".join(map(str, classes))[:LONGEST_REASON].rstrip()
