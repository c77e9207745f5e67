"""Which runs of a plan are done, and what became of the others. Read from the tracking store; keeps nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnexp.tracking.records import Run, Status, newest_finished
from nnexp.tracking.store import RunStore
from nnexp.training.spec import RunSpec


@dataclass(frozen=True)
class Ledger:
    """A plan, divided: the newest finished record of each run that has one, and the runs that are still to do."""

    done: dict[str, Run]
    to_do: tuple[RunSpec, ...]


def read_ledger(runs: Sequence[RunSpec], store: RunStore, *, fresh: bool = False) -> Ledger:
    """Look planned runs up by their keys; with `fresh`, as if none had ever been trained."""
    newest = {} if fresh else newest_finished(store.runs(status=Status.FINISHED))
    done = {run.key: newest[run.key] for run in runs if run.key in newest}
    return Ledger(done, tuple(run for run in runs if run.key not in done))
