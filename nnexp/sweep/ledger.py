"""Which runs of a plan are done, and what became of the others. Read from the tracking store; keeps nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nnexp.archive.changes import changed_files
from nnexp.archive.reader import RunReader
from nnexp.errors import RecordError
from nnexp.tasks.task import Foreign, is_foreign
from nnexp.tracking.records import Run, Status, newest_finished
from nnexp.tracking.store import RunStore
from nnexp.training.spec import RunSpec


@dataclass(frozen=True)
class Ledger:
    """A plan, divided: the newest finished record of each run that has one, and the runs that are still to do."""

    done: dict[str, Run]
    to_do: tuple[RunSpec, ...]
    stale: Mapping[str, str] = field(default_factory=dict)  # why a finished record does not stand for its run, by key

    @property
    def remarks(self) -> list[str]:
        """Say of the runs that are to do why they are, although they are finished."""
        return [self.stale[run.key] for run in self.to_do if run.key in self.stale]


Changed = Callable[[Run, RunSpec, RunStore], str | None]  # says why a finished record does not stand for a run


def changed_since(record: Run, run: RunSpec, store: RunStore) -> str | None:
    """Say why a finished record of its key does not stand for a run: a file that it read is another by now."""
    if not is_foreign(run.task):
        return None
    try:
        found = other_files(record, run.task, store)
    except RecordError as error:
        return f"{run.name}: run {record.run_id[:8]} is not reused: {error}"
    if not found:
        return None
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{run.name}: run {record.run_id[:8]} is not reused: {found[0]}, which it read, has changed since{more}"


def other_files(record: Run, task: Foreign, store: RunStore) -> list[str]:
    """Name the files that a run was seen to read and that are others here.

    Raises
    ------
    RecordError
        If the record of them cannot be read.
    """
    opened = RunReader(record.run_id, store).opened()
    return [one.what.removeprefix("file ") for one in changed_files(opened, task)]


def read_ledger(
    runs: Sequence[RunSpec], store: RunStore, *, fresh: bool = False, changed: Changed = changed_since
) -> Ledger:
    """Look planned runs up by their keys; with `fresh`, as if none had ever been trained."""
    newest = {} if fresh else newest_finished(store.runs(status=Status.FINISHED))
    stale = {run.key: why for run in runs if run.key in newest if (why := changed(newest[run.key], run, store))}
    done = {run.key: newest[run.key] for run in runs if run.key in newest and run.key not in stale}
    return Ledger(done, tuple(run for run in runs if run.key not in done), stale)
