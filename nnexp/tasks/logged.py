"""What a function says of itself as it goes, by `nnexp.log`, turned into what is asked of it: a generator of epochs.

The function runs in a greenlet of the thread that asks, so it stays in the main thread if that is one; it stands still
at its `log` while what it logged is heard. Whoever closes the generator has the function end there, as by an exception,
so that its `finally` runs. Knows nothing of who asks, nor what else the function does.

    >>> def halving():
    ...     for step in range(3):
    ...         log({"left": 1 / 2**step})
    ...     return "done"
    >>> [measured.metrics for measured in epochs_of(halving)]
    [{'left': 1.0}, {'left': 0.5}, {'left': 0.25}]
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from contextvars import copy_context
from threading import get_ident
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

from nnexp.errors import DataError
from nnexp.tasks.function.results import as_metrics, as_number
from nnexp.tasks.task import Measured

T = TypeVar("T")

STEP = "step"  # the metric that keeps the steps of epochs which are not counted one by one


class Stopped(BaseException):
    """Is raised at its `log` in a function of which no more is wanted."""


def log(metrics: Mapping[str, Any], step: int | None = None) -> None:
    """Say what an epoch of the run reached: `nnexp.log({"val/accuracy": 0.97}, step=3)`.

    What has the same step is one epoch; without a step each call is one. Outside of a run it does nothing.

    Raises
    ------
    DataError
        For what is no mapping of names to numbers, a step that goes back, or a thread that is not the function's.
    """
    if _current and _current.process == os.getpid():  # a copy of the process is no run
        _current.log(metrics, step)


def epochs_of(function: Callable[[], T]) -> Generator[Measured, None, tuple[T, int]]:
    """Run a function, giving an epoch whenever it has logged one; in the end, what it returned and how many there were.

    A generator that is closed has the function end.
    """
    run = _Run(function)
    try:
        while (metrics := run.next()) is not None:
            yield Measured(metrics)
    finally:
        run.stop()
    return run.returned, run.count


class _Run:
    """A function between two of its epochs."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.process = os.getpid()
        self.returned: Any = None
        self._thread = get_ident()
        self._function = self._waiting = greenlet(function)
        self._function.gr_context = copy_context()
        self._listening = getcurrent()
        self._error: Exception | None = None
        self._stopped = False
        self._step = self._base = 0  # of the last epoch that was logged; and that of the first, less one
        self.count = 0
        self._open: dict[str, float] | None = None  # an epoch that more may be said of

    def next(self) -> dict[str, float] | None:
        """Have the function go on until an epoch of it is complete; None if there are no more."""
        if self._error:
            raise self._error
        if self._function.dead:
            return None
        try:
            said = self._go_on()
        except Exception as error:
            if self._open is None:
                raise
            self._error = error  # which comes after what was logged before it
            return self._close()
        if not self._function.dead:
            return said  # type: ignore[no-any-return]
        self.returned = said
        return self._close()

    def stop(self) -> None:
        """Have the function end at its `log`, if it has not ended."""
        self._stopped = True
        if not self._function.dead:
            with suppress(Stopped):
                self._go_on(Stopped())

    def log(self, metrics: Mapping[str, Any], step: int | None) -> None:
        """Take what the function says, and stand still if that completes an epoch."""
        if get_ident() != self._thread:
            raise DataError("nnexp.log must be called by the thread that the function was called in, but got another")
        said, at = as_metrics(metrics, "nnexp.log was given"), self._step + 1 if step is None else _whole(step)
        if self.count or self._open is not None:
            if at < self._step or (at == self._step and self._open is None):
                raise DataError(f"nnexp.log: a step must not go back, but got {at} after {self._step}")
        else:
            self._base = at - 1 if at in (0, 1) else 0
        if self._open is not None and at > self._step:
            self._pass_on()
        self._step = at
        self._open = (self._open or {}) | said
        if step is None:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._stopped:
            raise Stopped
        self._waiting = getcurrent()  # which may be one that the function made
        self._listening.switch(self._close())

    def _close(self) -> dict[str, float] | None:
        """Take the epoch that is open for complete; one whose step is not its number, counted from 0 or 1, says it."""
        closed, self._open = self._open, None
        if closed is None:
            return None
        self.count += 1
        counted = self._step - self._base == self.count
        return closed if counted else {STEP: float(self._step)} | closed

    def _go_on(self, error: BaseException | None = None) -> Any:
        global _current
        before, _current = _current, self
        self._listening = self._function.parent = getcurrent()
        try:
            return self._waiting.throw(error) if error else self._waiting.switch()
        finally:
            _current = before


_current: _Run | None = None  # the run whose function goes on in this process


def _whole(step: Any) -> int:
    number = as_number(step)
    if number is None or not number.is_integer():
        raise DataError(f"nnexp.log: step must be a whole number, but got {step!r}")
    return int(number)
