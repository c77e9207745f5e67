"""Which runs of a plan are done, and what became of the others. Read from the tracking store; keeps nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnexp.archive.changes import changed_files
from nnexp.archive.reader import RunReader
from nnexp.errors import RecordError
from nnexp.tasks.task import is_foreign
from nnexp.tracking.records import Run, Status, newest_finished
from nnexp.tracking.store import RunStore
from nnexp.training.spec import RunSpec


@dataclass(frozen=True)
class Ledger:
    """A plan, divided: the newest finished record of each run that has one, and the runs that are still to do."""

    done: dict[str, Run]
    to_do: tuple[RunSpec, ...]
    stale: tuple[str, ...] = ()  # why a finished record does not stand for its run: a line each


def read_ledger(runs: Sequence[RunSpec], store: RunStore, *, fresh: bool = False) -> Ledger:
    """Look planned runs up by their keys; with `fresh`, as if none had ever been trained."""
    newest = {} if fresh else newest_finished(store.runs(status=Status.FINISHED))
    stale = {run.key: why for run in runs if run.key in newest if (why := changed_since(newest[run.key], run, store))}
    done = {run.key: newest[run.key] for run in runs if run.key in newest and run.key not in stale}
    return Ledger(done, tuple(run for run in runs if run.key not in done), tuple(stale.values()))


def changed_since(record: Run, run: RunSpec, store: RunStore) -> str | None:
    """Say why a finished record of its key does not stand for a run: a file that it read is another by now."""
    if not is_foreign(run.task):
        return None
    try:
        found = changed_files(RunReader(record.run_id, store).opened(), run.task)
    except RecordError as error:
        return f"{run.name}: run {record.run_id[:8]} is not reused: {error}"
    if not found:
        return None
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    name = found[0].what.removeprefix("file ")
    return f"{run.name}: run {record.run_id[:8]} is not reused: {name}, which it read, has changed since{more}"
