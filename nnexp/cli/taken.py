"""Which runs a command took, where a person named them: said before anything is done with them."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.cli.console import say
from nnexp.measure import count
from nnexp.sweep.called import told_run
from nnexp.sweep.find import find_run, provable_runs
from nnexp.tracking.records import Kind, Run
from nnexp.tracking.store import RunStore


def take_run(store: RunStore, wanted: str) -> Run:
    """Find the run that is meant, and say which one it is."""
    run = find_run(store, wanted)
    say(told_run(run, store.runs(Kind.SWEEP)))
    return run


def take_provable(store: RunStore, wanted: Sequence[str]) -> list[Run]:
    """Find the runs that are to be trained again, and say which: one by its name, more by their number."""
    runs = provable_runs(store, wanted, say)
    sweeps = store.runs(Kind.SWEEP)
    for run in runs[:1]:
        more = f", and {count(len(runs) - 1, 'more run')}" if len(runs) > 1 else ""
        say(f"{told_run(run, sweeps)}{more}")
    return runs
