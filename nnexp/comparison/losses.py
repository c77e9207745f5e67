"""Which runs were lost: their result says little of their setting, as of a network that never learns a digit.

What that means is the task's to say, in a remark on the finished run. Runs that are older than such remarks do not say;
their answers on the test set do. These also know the names of the classes, and what it costs to lose one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nnexp.archive.predictions import Predictions, read_predictions
from nnexp.measure import DIGITS
from nnexp.tracking.records import FIRST_TASK, Run, Tag
from nnexp.tracking.store import RunStore

Lost = dict[str, tuple[str, ...]]  # what each lost run lost, by run id


@dataclass(frozen=True)
class Stake:
    """What it costs to lose one of the classes that runs lost, as a share of the test set: from least to most."""

    least: float
    most: float
    are_digits: bool


def lost_runs(runs: Sequence[Run], store: RunStore | None) -> Lost | None:
    """Say what each lost run lost (the classes of a classifier); None where no run says anything of it."""
    said = {run.run_id: _lost(run, store) for run in runs}
    if all(lost is None for lost in said.values()):
        return None
    answers = _answers([run for run in runs if said[run.run_id]], store)
    named = {data: one.named for data, one in answers.items()}
    return {run.run_id: tuple(named.get(_data(run), list)(lost)) for run in runs if (lost := said[run.run_id])}


def stake(runs: Sequence[Run], lost: Lost | None, store: RunStore | None) -> Stake | None:
    """Say what it costs to lose what was lost; None where it is nothing, or the answers are not there."""
    losing = [run for run in runs if lost and run.run_id in lost]
    answers = _answers(losing, store)
    names = {(_data(run), name) for run in losing for name in (lost or {})[run.run_id]}
    shares = [share for data, one in answers.items() for name, share in one.shares.items() if (data, name) in names]
    if not shares:
        return None
    return Stake(min(shares), max(shares), all(one.classes == DIGITS for one in answers.values()))


def with_lost(runs: Sequence[Run], store: RunStore | None) -> list[Run]:
    """Have the runs say whether they were lost that do not say it themselves, where it can be told."""
    return [_with_lost(run, store) for run in runs]


def _with_lost(run: Run, store: RunStore | None) -> Run:
    lost = None if Tag.LOST in run.tags else _lost(run, store)
    return run if lost is None else replace(run, tags={**run.tags, Tag.LOST: " ".join(lost) or Tag.NOTHING})


def _lost(run: Run, store: RunStore | None) -> list[str] | None:
    """List what a run lost; a class by its number."""
    if Tag.LOST in run.tags:
        told = run.tags[Tag.LOST]
        return [] if told == Tag.NOTHING else told.split()
    if run.task != FIRST_TASK:
        return None
    answers = read_predictions(store, run.run_id) if store else None
    if answers is None:
        return run.tags[Tag.NEVER_PREDICTED].split() if Tag.NEVER_PREDICTED in run.tags else None
    return [str(one) for one in answers.lost()]


def _answers(runs: Sequence[Run], store: RunStore | None) -> dict[str, Predictions]:
    """Read the answers of a run of each data set, where there are any."""
    first = {_data(run): run for run in reversed(runs) if run.task == FIRST_TASK}
    found = {data: read_predictions(store, run.run_id) for data, run in first.items()} if store else {}
    return {data: answers for data, answers in found.items() if answers}


def _data(run: Run) -> str:
    return run.tags.get(Tag.DATA, "")
