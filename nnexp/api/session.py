"""The store as scripts and notebooks open it, with what they are told meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from nnexp.comparison.look import look_at
from nnexp.escape import visible
from nnexp.recording.store import open_store
from nnexp.sweep.command_line import of_this_script
from nnexp.sweep.executors.executor import MakeExecutor
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.progress import display
from nnexp.sweep.session import Session
from nnexp.tasks.task import Task
from nnexp.terminal import Terminal


def open_session(task: Task, executor: MakeExecutor | None, command: str = "") -> Session:
    """Open the store for one run, or for several and what runs them; show how they go beside what the script prints."""
    store, watcher = open_store(say), display(Terminal(stderr=True), several=executor is not None)
    judge, executor = partial(look_at, store), executor or PoolExecutor
    return Session(store, task, watcher, judge=judge, executor=executor, command=command)


def called(function: str) -> Callable[[Task, MakeExecutor | None], Session]:
    """Give what opens a session that knows the script that was started, or else which function was called."""
    return partial(open_session, command=of_this_script() or f"nnexp.{function}(…) in Python")


def say(line: str) -> None:
    """Print a line beside what the script prints."""
    print(f"nnexp: {visible(line)}", file=sys.stderr)  # noqa: T201
