"""A command as it is typed, or stands in a sweep's file, and what is said of it beside its settings."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nnexp.config.checks import refuse, text
from nnexp.errors import ConfigError
from nnexp.tasks.command.task import CommandTask
from nnexp.tasks.command.template import Template
from nnexp.tasks.function.about import measures_and_data


def command_task(about: Mapping[str, Any], told: Iterable[str] = ()) -> CommandTask:
    """Make the task of a `command`, with its `results`, `metric`, `better` and `data`, as it is typed in this folder.

    Raises
    ------
    ConfigError
        For what cannot be a command, or is not there to be run.
    """
    template = Template(_arguments(about["command"]))
    said = {name: value for name, value in about.items() if name not in template.names}
    results = text("results", said["results"]) if said.get("results") else ""
    measures, data = measures_and_data(said)
    task = CommandTask(template, str(Path.cwd()), results, measures=measures, data=data).told_also(dict.fromkeys(told))
    task.code()  # what is not there to be run is refused at once
    return task


def _arguments(command: Any) -> tuple[str, ...]:
    """Take a list, or a text that is read as a shell would, but for everything that only a shell does."""
    if isinstance(command, str):
        try:
            return tuple(shlex.split(command))
        except ValueError as error:
            raise ConfigError(f"command cannot be read: {error}; write it as a list") from error
    if not isinstance(command, list | tuple) or not all(isinstance(one, str | int | float) for one in command):
        raise refuse("command", "a text or a list of arguments", command)
    return tuple(map(str, command))
