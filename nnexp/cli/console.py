"""What a command prints: results go to standard output, everything else to standard error."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout, suppress
from contextvars import ContextVar
from functools import lru_cache

from nnexp.escape import IN_ASCII
from nnexp.terminal import Terminal

ASIDE = ContextVar("aside", default=False)


def out() -> Terminal:
    """Give the console for results; where a program is told them, they accompany what it is told."""
    return err() if ASIDE.get() else _out()


@contextmanager
def aside(asked: bool = True) -> Iterator[None]:
    """Have standard output left to the one document that a program reads, if one is asked for."""
    before = ASIDE.set(asked)
    try:
        with redirect_stdout(sys.stderr) if asked else nullcontext():
            yield
    finally:
        ASIDE.reset(before)


@lru_cache(maxsize=1)
def _out() -> Terminal:
    return Terminal()


@lru_cache(maxsize=1)
def err() -> Terminal:
    """Give the console for whatever accompanies them."""
    return Terminal(stderr=True)


def say(line: str) -> None:
    """Tell the person something beside the results."""
    err().say(line)


def write(document: str) -> None:
    """Print what a program reads, as nnexp/escape.py wrote it in its format."""
    print(document)  # noqa: T201


def print_anywhere() -> None:
    """Have the standard streams write what their encoding lacks in ASCII, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with suppress(OSError):  # of a pipe in the place of a file; it is done by then
                stream.reconfigure(errors=IN_ASCII)
