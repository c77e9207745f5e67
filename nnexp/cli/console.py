"""The two consoles: results go to standard output, everything else to standard error."""

from __future__ import annotations

from functools import lru_cache

from rich.console import Console

WIDE = 140  # where there is no terminal to ask


@lru_cache(maxsize=1)
def out() -> Console:
    """Give the console for results."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    return console


@lru_cache(maxsize=1)
def err() -> Console:
    """Give the console for whatever accompanies them."""
    return Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """Tell the person something beside the results."""
    err().print(f"nnexp: {line}", soft_wrap=True, markup=False)
