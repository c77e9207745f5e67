"""Looks at the runs of a sweep that adds seeds only where they decide.

Every look is a comparison as any other; what it asks for is nnexp/statistics/looks.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnexp.comparison.compare import compare
from nnexp.comparison.losses import with_lost
from nnexp.comparison.verdict import resolution
from nnexp.statistics.looks import Look, look
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore


def look_at(
    store: RunStore | None,
    settings: Mapping[str, Sequence[Run]],
    seeds: int,
    *,
    worthwhile: float | None = None,
    metric: str | None = None,
) -> Look | None:
    """Look at the finished runs of each setting; None where no two settings have any that counts.

    The store is read for older runs, which do not say themselves whether they were lost; `worthwhile` and
    `metric` are as in `compare`.
    """
    names = {run.run_id: name for name, runs in settings.items() for run in runs}
    comparison = compare(
        with_lost([run for runs in settings.values() for run in runs], store), worthwhile=worthwhile, metric=metric
    )
    if comparison.verdict is None:
        return None
    named = {names[one.runs[0].run_id]: comparison.verdict.results[one.label] for one in comparison.configurations}
    step = resolution(named.values(), comparison.measure)
    return look(named, seeds, resolution=step, margin=comparison.verdict.margin)
