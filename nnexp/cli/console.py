"""What a command prints: results go to standard output, everything else to standard error."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from functools import lru_cache

from nnexp.escape import IN_ASCII
from nnexp.terminal import Terminal


@lru_cache(maxsize=1)
def out() -> Terminal:
    """Give the console for results."""
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
