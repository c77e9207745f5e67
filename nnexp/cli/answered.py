"""What a sweep has come to, for a program that launched it, that watches it, or is told when it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnexp.comparison.compare import compare
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.datasets import by_dataset
from nnexp.comparison.searched import Searched, searched
from nnexp.comparison.so_far import SoFar
from nnexp.recording.examine import POINTS
from nnexp.report.prose.searched import tell_searched
from nnexp.report.tables.formats import as_record
from nnexp.sweep.find import find_sweep
from nnexp.sweep.view import View, view_sweep
from nnexp.tracking.records import Run, Status
from nnexp.tracking.store import RunStore, Store


def so_far_of(wanted: Sequence[str], store: Store) -> SoFar | None:
    """Tell how far the sweep is that is wanted, if it is one, and somebody goes on with it."""
    sweep = find_sweep(store, *wanted) if len(wanted) < 2 else None
    return so_far(view_sweep(store, sweep)) if sweep and sweep.status is Status.RUNNING else None


def so_far(view: View) -> SoFar | None:
    """Tell how far a sweep is, if somebody goes on with it."""
    what = "point" if view.progress.of == POINTS else "run"
    return SoFar(view.progress.done, view.progress.wanted, what) if view.is_launched else None


@dataclass(frozen=True)
class Answered:
    """A sweep as it stands, and what its runs answer, by the names of its data sets; of one data set that is empty."""

    view: View
    comparisons: Mapping[str, Comparison]
    found: Searched | None  # of a search

    @property
    def record(self) -> dict[str, object]:
        """Its fate, and what `nnexp compare --json` gives of it; of several data sets under `data`."""
        view, told = self.view, {name: as_record(one) for name, one in self.comparisons.items()}
        return {
            "sweep": view.sweep.name,
            "run_id": view.sweep.run_id,
            "status": view.fate,
            "running": view.is_launched,
            "finished": view.progress.done,
            "failed": len(view.failed),
            "runs": view.progress.wanted or None,
            "counted": view.progress.of,
            **told.get("", {"data": told}),
            **({"answer": tell_searched(self.found), "best": _best(self.found)} if self.found else {}),
        }


def answered(view: View, store: RunStore, worthwhile: float | None = None) -> Answered:
    """Compare the runs of a sweep, on each data set; of a search, read what it found."""
    found, far = searched(view.sweep, view.runs, store), so_far(view)
    parts: Mapping[str, Sequence[Run]] = {} if found else by_dataset(view.runs)
    parts = parts or {"": found.tried if found else view.runs}
    compared = {name: compare(part, store, worthwhile=worthwhile, so_far=far) for name, part in parts.items()}
    return Answered(view, compared, found)


def _best(found: Searched) -> dict[str, object] | None:
    return {"point": dict(found.best.point), "value": found.best.value} if found.best else None
