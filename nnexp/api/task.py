"""Which task a script or a notebook means: a function that it hands over or names, or nnexp's network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import current_process
from pathlib import Path
from typing import Any

from nnexp.config.store import PLAIN
from nnexp.config.sweeps import read_sweep
from nnexp.errors import ConfigError
from nnexp.sweep.executors.pool import WORKER
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.locate import is_place, read_place
from nnexp.tasks.function.notebook import at_hand
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.task import Task

What = str | Mapping[str, Any] | Callable[..., Any] | None  # a function, its place, a sweep's name, settings


@dataclass(frozen=True)
class Wanted:
    """What a call asks for: a task, a named sweep or none, and settings."""

    task: Task
    sweep: str
    settings: dict[str, Any]


def wanted(what: What, settings: Mapping[str, Any] | None, more: Mapping[str, Any], **about: Any) -> Wanted:
    """Tell what a call asks for; `about` is what is said of a function beside its settings.

    Raises
    ------
    ConfigError, NotFoundError
        For a function that cannot be trained, or a sweep that is not there.
    """
    if current_process().name == WORKER:
        raise ConfigError(
            "this script is being imported by a worker that is to run its function, and asks for another sweep; "
            'put what it does when it is run itself under: if __name__ == "__main__":'
        )
    given = {**(what if isinstance(what, Mapping) else {}), **(settings or {}), **more}
    if isinstance(what, str) and is_place(what):
        return Wanted(function_task(read_place(what, Path()), about), PLAIN, given)
    if callable(what):
        return Wanted(function_task(at_hand(what), about), PLAIN, given)
    if not isinstance(what, str) or what == PLAIN:
        return Wanted(NETWORK, PLAIN, given)
    said = {**read_sweep(what).settings, **{name: value for name, value in about.items() if value is not None}}
    task = function_task(read_place(str(said["task"]), Path()), said) if "task" in said else NETWORK
    return Wanted(task, what, given)
