"""What the runs have in common that a sweep shares: their task, what was said of it, and settings.

It is data. No command is run because it stands there, and no function is looked for by more than its name: whoever
joins has it at hand, or types it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nnexp.config.value import parse_value
from nnexp.errors import RecordError
from nnexp.measure import read_measures, write_measures
from nnexp.tasks.command.program import command_in
from nnexp.tasks.command.task import CommandTask
from nnexp.tasks.function.task import FunctionTask, paths_in
from nnexp.tasks.known import TASKS, task_named
from nnexp.tasks.task import Task, is_foreign
from nnexp.tracking.records import Run, Tag
from nnexp.training.spec import RunSpec


def write_common(run: RunSpec) -> str:
    """Write what a run has in common with the others, as the text of a tag."""
    at_default, flat = {*run.at_default}, run.task.schema.flat(run.config)
    settings = {name: value for name, value in flat.items() if name not in at_default}
    return json.dumps({"task": run.task.name, "code": run.code, "settings": settings, **_said_of(run)})


def write_closed(why: str) -> str:
    """Write why nothing is shared, likewise."""
    return json.dumps({"closed": why})


def read_task(sweep: Run, typed: Task | None = None, data: Sequence[Path] = ()) -> Task:
    """Find the task of the runs that a sweep shares: what was typed here, or else what is at hand of its name.

    `data` is where its data lie here, if not where they lay there.

    Raises
    ------
    RecordError
        If it shares none, or their task is not at hand.
    ConfigError
        If it is at hand and cannot be imported.
    """
    common = _read(sweep)
    if command := common.get("command"):
        if not isinstance(typed, CommandTask) or command_in(typed.sources) != command:
            again = f"nnexp work {shlex.quote(sweep.name)} {command}"
            raise RecordError(
                f"sweep {sweep.name} runs a command, and a record runs none; to have it run here, type it: {again}"
            )
        return _as_said(typed.told_also(common["settings"]), common, data)
    try:
        task = task_named(common["task"], {**TASKS, **({typed.name: typed} if typed else {})})
    except RecordError as error:
        raise RecordError(f"sweep {sweep.name} cannot be joined here: {error}") from error
    return _as_said(task, common, data) if isinstance(task, FunctionTask) else task


def read_base(sweep: Run, task: Task) -> dict[str, Any]:
    """Read the settings that the runs share, as `Schema.flat` gives them.

    Raises
    ------
    RecordError
        If the launch shares none, or nothing that this task and its code can train.
    """
    common = _read(sweep)
    if common["task"] != task.name:
        raise RecordError(f"sweep {sweep.name} trains the task {common['task']!r}, and not {task.name!r}")
    if common.get("code") != task.code():
        others = f"the code of {task.name}, or the version of a package that it imports, is another here"
        ours = "it was launched by an nnexp whose code trains otherwise"
        told = f"{others if is_foreign(task) else ours}, so every key is another; have the same here"
        raise RecordError(f"sweep {sweep.name} cannot be joined: {told}")
    return task.schema.flat(task.schema.parse_recorded(common["settings"]))


def _said_of(run: RunSpec) -> dict[str, str]:
    """Give what was said of a task of others, and what it reads: its name does not tell."""
    if not is_foreign(run.task):
        return {}
    command = command_in(run.task.sources)
    said = {"measures": write_measures(run.task.measures), "data": run.data.source if run.data else ""}
    return {**said, "command": command} if command else said


def _as_said(task: FunctionTask | CommandTask, common: Mapping[str, Any], data: Sequence[Path]) -> Task:
    """Give a task with what was said of it where the sweep was launched."""
    measures = [*read_measures(common.get("measures")).values()]
    here = tuple(str(path.absolute()) for path in data)
    return replace(task, measures=measures, data=here or paths_in(str(common.get("data", ""))))


def _read(sweep: Run) -> dict[str, Any]:
    found = parse_value(sweep.tags.get(Tag.PLAN) or "null")
    match found:
        case {"task": str(), "settings": dict()}:
            return {**found}
        case {"closed": str(why)}:
            raise RecordError(f"sweep {sweep.name} shares no runs: {why}")
        case None:
            raise RecordError(f"sweep {sweep.name} shares no runs: none is left, or an older nnexp launched it")
    raise RecordError(f"what sweep {sweep.name} shares cannot be read")
