"""Ctrl-C and SIGTERM: once to end in good order, twice to end at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from nnexp.tracking.patience import cut_off

SIGNALS = (signal.SIGINT, signal.SIGTERM)
A_WHILE_S = 1.0
PATIENCE_S = 2.0


class CutShortError(KeyboardInterrupt):
    """What ends a command at once; it ends as a shell expects of one that a signal ended."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_status = 128 + number


class Interrupt:
    """While entered, the first signal is only noted; the second raises CutShortError once nothing is written.

    What is written to may hang. After the first signal a server is waited for no longer than A_WHILE_S, and what it
    missed is sent another time; after the second nothing is, for longer than PATIENCE_S; and after a third not at all.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._told = False
        self._waiting = False
        self._again: int | None = None  # the second signal
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether there was a signal."""
        return self.signal is not None

    @property
    def fresh(self) -> bool:
        """Whether there was a signal that was not asked about before."""
        fresh = self.asked and not self._told
        self._told = self.asked
        return fresh

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Say that nothing is being written: this may be cut off by a second signal, also by one that came before."""
        self._waiting = True
        try:
            if self._again:
                raise CutShortError(self._again)
            yield
        finally:
            self._waiting = False

    def __enter__(self) -> Interrupt:
        """Take the signals over, in the main thread: no other is sent any."""
        if threading.current_thread() is not threading.main_thread():
            return self
        self._before = {number: signal.signal(number, self._handle) for number in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give the signals back."""
        if self.asked:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.signal is None:
            self.signal = number
            signal.signal(signal.SIGALRM, lambda _number, _frame: cut_off(A_WHILE_S))
            signal.setitimer(signal.ITIMER_REAL, A_WHILE_S, A_WHILE_S)
        elif self._waiting or self._again:
            raise CutShortError(self._again or number)
        else:
            self._again = number
            signal.signal(signal.SIGALRM, self._handle)
            signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
