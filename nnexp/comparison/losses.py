"""Which runs were lost: their result says little of their setting, as of a network that never learns a digit.

What that means is the task's to say, in a remark on the finished run. Runs that are older than such remarks do not say;
their answers on the test set do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnexp.comparison.predictions import read_predictions
from nnexp.tracking.records import FIRST_TASK, Run, Tag
from nnexp.tracking.store import RunStore

Lost = dict[str, tuple[str, ...]]  # what each lost run lost, by run id


def lost_runs(runs: Sequence[Run], store: RunStore | None) -> Lost | None:
    """Say what each lost run lost (the classes of a classifier); None where no run says anything of it."""
    said = {run.run_id: _lost(run, store) for run in runs}
    if all(lost is None for lost in said.values()):
        return None
    return {run_id: tuple(lost) for run_id, lost in said.items() if lost}


def with_lost(runs: Sequence[Run], store: RunStore | None) -> list[Run]:
    """Have the runs say whether they were lost that do not say it themselves, where it can be told."""
    return [_with_lost(run, store) for run in runs]


def _with_lost(run: Run, store: RunStore | None) -> Run:
    lost = None if Tag.LOST in run.tags else _lost(run, store)
    return run if lost is None else replace(run, tags={**run.tags, Tag.LOST: " ".join(lost) or Tag.NOTHING})


def _lost(run: Run, store: RunStore | None) -> list[str] | None:
    if Tag.LOST in run.tags:
        told = run.tags[Tag.LOST]
        return [] if told == Tag.NOTHING else told.split()
    if run.task != FIRST_TASK:
        return None
    answers = read_predictions(store, run.run_id) if store else None
    if answers is None:
        return run.tags[Tag.NEVER_PREDICTED].split() if Tag.NEVER_PREDICTED in run.tags else None
    return [str(one) for one in answers.lost()]
