"""What goes on in a worker process: it trains what comes down a pipe, and says in it how that goes.

Code that is not nnexp's may leave threads and processes behind. The worker then ends, and they with it, so that they
reach no other run; another worker takes its place. None outlives its launcher.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing import current_process
from multiprocessing.connection import Connection
from typing import Any

from nnexp import kin
from nnexp.measure import count
from nnexp.sweep.executors.printed import flush, print_into
from nnexp.tasks.task import Task, is_foreign
from nnexp.training.checkpoint import Checkpoint
from nnexp.training.events import Ending, Finished
from nnexp.training.execute import execute, failure
from nnexp.training.spec import Basis

LEAVES = "leaves"  # what a worker says before the ending of a run after which it ends too


def work(pipe: Connection, prints: Connection) -> None:
    """Run what comes down the pipe until the launcher hangs up; where the system can end it with that, it does.

    Ctrl-C reaches the whole process group; what becomes of the runs is for the launcher alone to decide.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # what is trained may have processes
    launcher = multiprocessing.parent_process()
    kin.die_with(launcher.pid if launcher and launcher.pid else os.getppid())
    kin.take_in_orphans()
    print_into(prints)
    try:
        while (message := _receive(pipe)) is not None:
            if isinstance(message, tuple):  # a request to stop that came after the last epoch is void
                _run(message, pipe)
    except (EOFError, OSError):
        return


def _receive(pipe: Connection) -> Any:
    """Take what comes down the pipe; a task that cannot be imported here fails its run, not this process."""
    while True:
        try:
            return pipe.recv()
        except (EOFError, OSError):
            raise
        except Exception as error:
            pipe.send(failure(error))


def _run(told: tuple[Task, Mapping[str, Any], Basis, Checkpoint | None], pipe: Connection) -> None:
    events = execute(*told)
    event = next(events)
    while not isinstance(event, Ending):
        pipe.send(event)
        event = events.send(pipe.recv() if pipe.poll() else None)  # the ending that it is told to stop with
    events.close()  # which ends what it was stopped in, before its end is told
    behind = _left_behind() if is_foreign(told[0]) else ""
    if behind:
        kin.end_children()
        pipe.send(LEAVES)
    flush()
    pipe.send(_remarked(event, behind))
    if behind:
        os._exit(0)  # without waiting for threads


def _left_behind() -> str:
    """Say what else goes on in this process, and in those that it has made."""
    threads = [one for one in threading.enumerate() if one is not threading.main_thread() and not one.daemon]
    found = ((len(threads), "thread"), (len(kin.children()), "child process"))
    return " and ".join(count(number, noun) for number, noun in found if number)


def _remarked(ending: Ending, behind: str) -> Ending:
    """Remark on a run that finished what it left behind: its results are whole, its code is not tidy."""
    if not (behind and isinstance(ending, Finished)):
        return ending
    return replace(ending, remarks={**ending.remarks, "left_behind": behind})
