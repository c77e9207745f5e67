"""A command as it runs: a process group of its own, which a guard ends when it is told to, or when nobody is there.

What it prints is passed on as it comes, and its standard output is given line by line.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from types import TracebackType
from typing import IO, Self

from nnexp import kin

CHUNK = 1 << 16  # bytes that are read at once
LONGEST = 1 << 20  # bytes of a line: of a longer one, the end
LAST = 20  # lines of standard error that are remembered


class Process:
    """A command that was begun. `code` is None until it has ended, and less than 0 where a signal ended it."""

    def __init__(self, arguments: Sequence[str], variables: Mapping[str, str], folder: str) -> None:
        self.code: int | None = None
        self.behind = 0  # processes that it left, and that were ended
        self.complaints: deque[str] = deque(maxlen=LAST)  # the last lines of its standard error
        self._control, theirs = socket.socketpair()
        self._rest = {1: b"", 2: b""}  # since the last end of a line, of what goes to each file descriptor
        self._guard = subprocess.Popen(  # noqa: S603 - the person typed it
            [sys.executable, "-I", "-S", kin.__file__, str(theirs.fileno()), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **variables},
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._selector = DefaultSelector()
        self._selector.register(self._control, EVENT_READ, 0)
        for descriptor, pipe in ((1, self._guard.stdout), (2, self._guard.stderr)):
            assert pipe
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, EVENT_READ, descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """End it, if it goes on: it is asked to, and after a while it is not asked any more."""
        with suppress(OSError):
            self._control.send(b"end")
        for _line in self.lines():
            pass
        self._selector.close()
        self._control.close()
        for pipe in (self._guard.stdout, self._guard.stderr):
            assert pipe
            pipe.close()
        self._guard.wait()

    def lines(self) -> Iterator[str]:
        """Give the lines of its standard output as they come, until it has ended."""
        while self.code is None:
            ready = [(key.fileobj, key.data) for key, _ in self._selector.select()]
            for pipe, descriptor in sorted(ready, key=lambda one: -one[1]):
                if descriptor:
                    yield from self._read(pipe, descriptor)  # type: ignore[arg-type]
                else:
                    yield from self._end()

    def _read(self, pipe: IO[bytes], descriptor: int) -> Iterator[str]:
        """Read some of what is there, pass it on, and give the lines that are whole."""
        content = os.read(pipe.fileno(), CHUNK)
        if not content:
            self._selector.unregister(pipe)
        _pass_on(descriptor, content)
        *lines, self._rest[descriptor] = (self._rest[descriptor] + content).split(b"\n")
        self._rest[descriptor] = self._rest[descriptor][-LONGEST:]
        yield from self._told(lines, descriptor)

    def _end(self) -> Iterator[str]:
        """Take what the guard says in the end; whatever was printed is there by then, and nobody prints any more."""
        code, behind = (self._control.recv(64) or b"%d 0" % -signal.SIGKILL).split()
        for pipe, descriptor in ((self._guard.stdout, 1), (self._guard.stderr, 2)):
            assert pipe
            with suppress(BlockingIOError):  # of somebody's who cannot be ended
                while pipe in {key.fileobj for key in self._selector.get_map().values()}:
                    yield from self._read(pipe, descriptor)
            yield from self._told([rest] if (rest := self._rest[descriptor]) else [], descriptor)
        self.code, self.behind = int(code), int(behind)

    def _told(self, lines: Sequence[bytes], descriptor: int) -> Iterator[str]:
        text = [line.decode(errors="replace") for line in lines]
        if descriptor == 1:
            yield from text
        else:
            self.complaints += [line for line in text if line.strip()]


def _pass_on(descriptor: int, content: bytes) -> None:
    """Print what it printed; where that goes nowhere any more, it is still heard here."""
    with suppress(OSError):
        while content:
            content = content[os.write(descriptor, content) :]
