"""What is said of a store that holds nothing yet: a line that names it. To look there is no mistake."""

from __future__ import annotations

from nnexp.cli.console import out, say
from nnexp.tracking.store import RunStore


def tell_no_runs(store: RunStore, *, aside: bool) -> None:
    """Say that there are no runs; beside the document, where a program reads one."""
    _tell(f"no runs yet in {store}: nnexp train makes one", aside=aside)


def tell_no_sweeps(store: RunStore, *, aside: bool) -> None:
    """Say that there are no sweeps."""
    _tell(f"no sweeps yet in {store}: nnexp sweep NAME makes one", aside=aside)


def _tell(line: str, *, aside: bool) -> None:
    if aside:
        say(line)
    else:
        out().print(line, soft_wrap=True)
