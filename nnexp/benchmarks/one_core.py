"""Holding this process to one core, whatever thread pools its libraries have."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from threadpoolctl import threadpool_limits


@contextmanager
def one_core() -> Iterator[None]:
    """Hold every thread to the last core that there is; those that begin meanwhile, and their pools, inherit it."""
    cores = os.sched_getaffinity(0)
    _hold({max(cores)})
    try:
        with threadpool_limits(1):
            yield
    finally:
        _hold(cores)


def _hold(cores: Iterable[int]) -> None:
    for thread in os.listdir("/proc/self/task"):
        with suppress(ProcessLookupError):  # it has ended
            os.sched_setaffinity(int(thread), cores)
