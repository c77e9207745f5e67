"""The sweep that runs stand for, and the command that launched it, which may be typed again for more seeds of them."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.comparison.groups import SEED
from nnexp.tracking.records import Kind, Run, Tag
from nnexp.tracking.store import RunStore
from nnexp.tracking.sweeps import latest_first, mark_of


def sweep_of(runs: Sequence[Run], store: RunStore) -> Run | None:
    """Find the sweep that all runs belong to: of several, one that has no others, and the last one launched."""
    holding = [one for one in latest_first(store.runs(Kind.SWEEP)) if all(mark_of(one) in run.tags for run in runs)]
    whole = [one for one in holding if one.params.get("runs") == str(len(runs))]
    return next(iter([*whole, *holding]), None)


def seeding_command(runs: Sequence[Run], store: RunStore | None) -> str:
    """Give the command of a sweep to which seeds can be added; empty where there is none, or nobody knows it."""
    sweep = sweep_of(runs, store) if store and all(SEED in run.params for run in runs) else None
    return sweep.tags.get(Tag.COMMAND, "") if sweep and Tag.SEARCH not in sweep.tags else ""
