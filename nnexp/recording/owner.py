"""Who looks after a run: one process on one machine, told apart from a later one with the same number."""

from __future__ import annotations

import socket
from functools import lru_cache

import psutil

GONE = "its process is gone"  # why a run is KILLED that nobody looks after


@lru_cache(maxsize=1)
def me() -> str:
    """Name this process: host, pid and start time."""
    return f"{socket.gethostname()} {psutil.Process().pid} {psutil.Process().create_time():.2f}"


def is_gone(owner: str) -> bool:
    """Tell whether an owner is a process of this machine that no longer runs; of another machine nothing is known."""
    try:
        host, number, started = owner.rsplit(" ", 2)
        pid, start = int(number), float(started)
    except ValueError:  # not written by `me`
        return False
    if host != socket.gethostname():
        return False
    try:
        process = psutil.Process(pid)
        return bool(process.status() == psutil.STATUS_ZOMBIE) or abs(process.create_time() - start) > 1
    except psutil.NoSuchProcess:
        return True
    except (ValueError, OverflowError):  # no number of a process
        return False
