"""What a search found, where a person asks for one."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.comparison.searched import Searched, searched
from nnexp.sweep.find import find_sweep
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore


def found_by(wanted: Sequence[str], runs: Sequence[Run], store: RunStore) -> Searched | None:
    """Read what was found, if what is wanted is one sweep and that a search."""
    sweep = find_sweep(store, *wanted) if len(wanted) < 2 else None
    return searched(sweep, runs, store) if sweep else None
