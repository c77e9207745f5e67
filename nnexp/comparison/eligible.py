"""Which runs count in a comparison, and for what reason how many others do not.

A mean over runs of different code or different data is a wrong figure, so the smaller part is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import nan

from nnexp.comparison.groups import DATA_NAME, label_of
from nnexp.measure import Measure, is_usable
from nnexp.tracking.records import Kind, Run, Status, Tag

COUNTED = (Kind.RUN, None)  # not parents of sweeps, nor reruns, which repeat what is known


class Reason(StrEnum):
    """Why runs are left out."""

    FAILED = "failed"
    KILLED = "killed"
    RUNNING = "still running"
    PRUNED = "pruned"
    REPEATED = "trained anew since"
    TASK = Tag.TASK
    CODE = Tag.CODE
    DATASET = DATA_NAME
    DATA = Tag.DATA
    NO_NUMBER = "no number"


@dataclass(frozen=True)
class LeftOut:
    """Some runs that do not count.

    Where they differ in something, `kept` is its value in the runs that count, `among` the configuration within which
    they were held against each other, if it was not all of them.
    """

    reason: Reason
    runs: int
    kept: str = ""
    among: str = ""


Eligible = tuple[list[Run], list[LeftOut]]  # the runs that count, and those that do not

_FATES = {Status.FAILED: Reason.FAILED, Status.KILLED: Reason.KILLED, Status.RUNNING: Reason.RUNNING}


def eligible(runs: Sequence[Run]) -> Eligible:
    """Keep the finished runs of one task and one code, each experiment once."""
    finished, unfinished = _finished([run for run in runs if run.kind in COUNTED])
    newest, repeated = _newest(finished)
    one_task, other_tasks = _majority(newest, Reason.TASK, lambda run: run.task)
    one_code, other_code = _majority(one_task, Reason.CODE, lambda run: run.tags.get(Tag.CODE, ""))
    return one_code, unfinished + repeated + other_tasks + other_code


def of_one_dataset(runs: Sequence[Run]) -> Eligible:
    """Keep the runs on one data set by name: what was measured on different data cannot be set side by side."""
    return _majority(runs, Reason.DATASET, lambda run: run.params.get(DATA_NAME, ""))


def of_one_content(runs: Sequence[Run], by: Sequence[str]) -> Eligible:
    """Keep the runs on the same data; on the same for each data set, if the data set is among what is compared."""
    names = dataset_settings(by)
    apart: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        apart[label_of(run, names) if names else ""].append(run)
    parts = [_majority(part, Reason.DATA, lambda run: run.tags.get(Tag.DATA, ""), one) for one, part in apart.items()]
    return [run for kept, _ in parts for run in kept], [left for _, others in parts for left in others]


def dataset_settings(by: Sequence[str]) -> list[str]:
    """Pick out the settings that choose the data: those of the group that the data's name stands in."""
    group, _, _ = DATA_NAME.rpartition(".")
    return [name for name in by if name.startswith(f"{group}.")]


def with_number(runs: Sequence[Run], measure: Measure) -> Eligible:
    """Keep the runs that have a number for a metric."""
    kept = [run for run in runs if is_usable(number_of(run, measure))]
    return kept, _left_out(Reason.NO_NUMBER, len(runs) - len(kept))


def number_of(run: Run, measure: Measure) -> float:
    """Give a run's value of a metric; nan if it has none."""
    return run.metrics.get(measure.name, nan)


def _finished(runs: Sequence[Run]) -> Eligible:
    fates: Counter[Reason] = Counter(_FATES.get(run.status, Reason.PRUNED) for run in runs if not run.is_finished)
    order = [*_FATES.values(), Reason.PRUNED]
    return [run for run in runs if run.is_finished], [one for fate in order for one in _left_out(fate, fates[fate])]


def _newest(runs: Sequence[Run]) -> Eligible:
    latest: dict[str, Run] = {}
    for run in sorted(runs, key=lambda run: run.started_at):
        latest[run.key or run.run_id] = run
    return list(latest.values()), _left_out(Reason.REPEATED, len(runs) - len(latest))


def _majority(runs: Sequence[Run], reason: Reason, read: Callable[[Run], str], among: str = "") -> Eligible:
    """Keep the runs with the commonest value; of several, the one last begun."""
    apart: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        apart[read(run)].append(run)
    if len(apart) < 2:
        return list(runs), []
    chosen = max(apart, key=lambda one: (len(apart[one]), max(run.started_at for run in apart[one])))
    return apart[chosen], _left_out(reason, len(runs) - len(apart[chosen]), chosen, among)


def _left_out(reason: Reason, runs: int, kept: str = "", among: str = "") -> list[LeftOut]:
    return [LeftOut(reason, runs, kept, among)] if runs else []
