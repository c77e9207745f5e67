"""`nnexp delete`: runs that nobody wants to see again, marked as deleted in the store."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from nnexp.cli.console import out, say, write
from nnexp.errors import BusyError, ConfigError, NnexpError, UnfinishedError
from nnexp.escape import in_json
from nnexp.measure import count
from nnexp.recording.folder import RunFolder
from nnexp.recording.store import open_store
from nnexp.sweep.called import sweeps_of, told_run, told_sweep
from nnexp.sweep.find import find_run_or_sweep
from nnexp.tracking.records import Kind, Run, Status, Tag
from nnexp.tracking.store import Store
from nnexp.tracking.sweeps import mark_of


def delete(wanted: Sequence[str], *, files: bool, yes: bool, as_json: bool) -> None:
    """Delete runs and sweeps, once the person has agreed."""
    store = open_store(say)
    doomed = _doomed(store, wanted)
    for record in doomed:
        if record.status is Status.RUNNING:
            raise BusyError(f"{record.name} ({record.run_id[:8]}) is RUNNING, and is not deleted; end it first")
    sweeps = store.runs(Kind.SWEEP)
    for record in doomed:
        if record.kind == Kind.SWEEP or len(doomed) <= len(wanted):
            say(told_sweep(record) if record.kind == Kind.SWEEP else told_run(record, sweeps))
    number = sum(record.kind != Kind.SWEEP for record in doomed)
    _agree(f"delete {count(number, 'run')}{' with their files' if files else ''}?", yes=yes)
    for record in doomed:
        store.delete(record.run_id)
        if files:
            _remove_files(record)
    if as_json:
        write(in_json({"deleted": [record.run_id for record in doomed]}))
    else:
        out().print(f"{count(number, 'run')} deleted; mlflow gc removes what is deleted from the store for good")


def _doomed(store: Store, wanted: Sequence[str]) -> list[Run]:
    """Gather what is to be deleted, the runs of a sweep before it; a run of another sweep's stays."""
    found = [find_run_or_sweep(store, name) for name in wanted]
    going = [record for record in found if record.kind == Kind.SWEEP]
    others = [sweep for sweep in store.runs(Kind.SWEEP) if sweep.run_id not in {one.run_id for one in going}]
    doomed: dict[str, Run] = {}
    stay: dict[str, Run] = {}
    for run in store.runs() if going else []:
        if any(mark_of(sweep) in run.tags for sweep in going):
            (stay if sweeps_of(run, others) else doomed)[run.run_id] = run
    doomed |= {record.run_id: record for record in found}
    if stay := {run_id: run for run_id, run in stay.items() if run_id not in doomed}:
        say(f"{count(len(stay), 'run')} of other sweeps too: not deleted")
    return sorted(doomed.values(), key=lambda record: record.kind == Kind.SWEEP)


def _agree(question: str, *, yes: bool) -> None:
    """Ask; without a person at the keyboard, nothing is taken for a yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError(f"{question} There is nobody to ask; --yes says so beforehand")
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort:
        agreed = False
    if not agreed:
        raise UnfinishedError("nothing is deleted")


def _remove_files(record: Run) -> None:
    """Remove what a run left in its folder, if it is the one that left it."""
    path, uid = record.tags.get(Tag.FOLDER), record.tags.get(Tag.UID)
    if not (path and uid):
        return
    folder = RunFolder(Path(path))
    try:
        if folder.is_there and folder.run.tags.get(Tag.UID) == uid:
            folder.remove()
    except (NnexpError, OSError) as error:
        say(f"the files of {record.name} are left as they are: {error}")
