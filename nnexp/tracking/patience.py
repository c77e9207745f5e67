"""How a wait for a server ends when somebody wants to leave: by a signal, since nothing else reaches a blocked call.

Signals come to the main thread alone, so it is its waits that are known here and no others.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGALRM}

_since: list[float] = []  # when the wait began that is going on, if one is


class CutOff(BaseException):
    """The wait is over; no layer between takes it for an error of its own, and tries again."""


@contextmanager
def waiting_for_a_server() -> Iterator[None]:
    """Let what is done meanwhile be cut off."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _since.append(time.monotonic())
    try:
        yield
    finally:
        _since.pop()


@contextmanager
def signals_put_off() -> Iterator[None]:
    """Have signals wait: an exception of theirs may leave a lock of Python's own half taken, as when a thread begins.

    A thread that is begun meanwhile is sent none.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def cut_off(after: float) -> None:
    """End a wait that has gone on for so many seconds; called by a signal's handler.

    Raises
    ------
    CutOff
        If there is one.
    """
    if _since and time.monotonic() - _since[0] >= after:
        raise CutOff
