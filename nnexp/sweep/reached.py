"""What a run has reached, in a few words beside its name: in what it is chosen and reported by, or in what came."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from nnexp.measure import TOTAL, Measure, judging
from nnexp.tasks.task import Task
from nnexp.undeclared import completed

ROOM = 48  # characters


def told(task: Task, reached: Mapping[str, float]) -> str:
    """Write what a run has reached in what the task chooses by and reports: val 95.20%, test 94.90%.

    Of a task that declares neither, write what came, in the order in which it came, as far as there is room.
    """
    known = [one for one in _measured(task, reached) if one.name in reached]
    shown = judging(one for one in known if not one.guessed)
    if shown:
        return ", ".join(_told(one, reached[one.name]) for one in shown)
    came = [one for one in known if one.guessed and not one.is_timed]
    first, *others = [_told(one, reached[one.name]) for one in came] or [""]
    lengths = accumulate(map(len, others), lambda length, more: length + 2 + more, initial=len(first))
    return ", ".join([first, *(one for one, length in zip(others, [*lengths][1:], strict=True) if length <= ROOM)])


def judged(task: Task, reached: Mapping[str, float]) -> tuple[float, str] | None:
    """Give what a run is judged by as a number of which more is better, and as it is written; None if it has none."""
    known = judging(_measured(task, reached))
    measure = next((one for one in known if one.name in reached), None)
    if measure is None:
        return None
    value = reached[measure.name]
    return measure.turned(value), _value(measure, value)


def _measured(task: Task, reached: Mapping[str, float]) -> list[Measure]:
    return completed([*task.measures, TOTAL], [reached])


def _told(measure: Measure, value: float) -> str:
    return f"{measure.name.removesuffix('/accuracy')} {_value(measure, value)}"


def _value(measure: Measure, value: float) -> str:
    return f"{value:.2%}" if measure.is_fraction else measure.show(value)
