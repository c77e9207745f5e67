"""The tasks that a record may name. A record names data, never code: what is not here is not looked for."""

from __future__ import annotations

from collections.abc import Mapping

from nnexp.errors import RecordError
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.task import Task

TASKS: Mapping[str, Task] = {NETWORK.name: NETWORK}


def task_named(name: str, known: Mapping[str, Task] = TASKS) -> Task:
    """Find the task that a record names.

    Raises
    ------
    RecordError
        If it is not at hand.
    """
    if name not in known:
        raise RecordError(
            f"it was trained by the task {name!r}, which is not at hand here; there is {', '.join(known)}"
        )
    return known[name]
