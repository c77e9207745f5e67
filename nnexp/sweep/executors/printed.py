"""What a worker prints: everything that its process writes to file descriptors 1 and 2, in a pipe.

The launcher reads it, so what a crash leaves arrives too. Nothing here waits: a process that inherited the descriptors
and lives on holds up nobody.
"""

from __future__ import annotations

import codecs
import ctypes
import faulthandler
import os
import sys
from multiprocessing.connection import Connection
from typing import TextIO

MOST = 1 << 20  # bytes, more than a pipe holds: what is there comes at once


class Output:
    """The launcher's end of the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        os.set_blocking(pipe.fileno(), False)

    @property
    def pipes(self) -> list[Connection]:
        """What there is to wait for: nothing more, once nobody can write any more."""
        return [] if self._pipe.closed else [self._pipe]

    def read(self, *, last: bool = False) -> str:
        """Give what is there by now; with `last`, half of a character too."""
        return self._decoder.decode(self._read(), final=last)

    def close(self) -> None:
        """Let go of it."""
        self._pipe.close()

    def _read(self) -> bytes:
        if self._pipe.closed:
            return b""
        try:
            content = os.read(self._pipe.fileno(), MOST)
        except BlockingIOError:
            return b""
        if not content:  # nobody can write any more
            self.close()
        return content


def print_into(pipe: Connection) -> None:
    """Have all that this process prints go into a pipe, the trace of a crash included."""
    for descriptor in (1, 2):
        os.dup2(pipe.fileno(), descriptor)
    pipe.close()
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__ = _stream(1), _stream(2)  # type: ignore[misc, assignment]
    faulthandler.enable()


def flush() -> None:
    """Have written what Python and C hold back of it."""
    for stream in (sys.stdout, sys.stderr):
        if stream and not stream.closed:
            stream.flush()
    ctypes.CDLL(None).fflush(None)


def _stream(descriptor: int) -> TextIO:
    """Open a stream that writes line by line, whatever the one was that it stands for."""
    return open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
