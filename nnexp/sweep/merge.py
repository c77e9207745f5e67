"""Another store's runs, held against this one's: which come along, which are here already, and which are not believed.

A run is told by its key: one whose key is finished here is not doubled, whoever trained it. What comes along was proved
first: its settings, data and code make its key, its parameters have the digest of its last epoch, every figure is that
of its journal, and what its predictions show is as they show it. Changes nothing; merging.py does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from nnexp.archive.audit import audit_saved
from nnexp.archive.reader import RunReader
from nnexp.archive.run import check_key, read_archive
from nnexp.errors import RecordError
from nnexp.recording.brought import files_of
from nnexp.recording.fields import DIGEST, UID
from nnexp.tracking.records import Kind, Run, Status, Tag, newest_finished
from nnexp.tracking.store import RunStore
from nnexp.tracking.sweeps import mark_of

# Shows how far it is while runs are gone through, and what is done with them.
Watched = Callable[[Sequence[Run], str], Iterable[Run]]


def unwatched(runs: Sequence[Run], what: str) -> Iterable[Run]:  # noqa: ARG001
    """Show nothing."""
    return runs


@dataclass(frozen=True)
class OtherBits:
    """Two finished runs of one key that are not the same, and the first epoch at which they part."""

    there: Run
    here: Run
    epoch: int


@dataclass(frozen=True)
class Merge:
    """What a merge comes to: what stands in the other store."""

    sweeps: tuple[Run, ...]  # that have a run which comes along, or is here
    empty: tuple[Run, ...]  # and those that have none
    coming: tuple[Run, ...]  # the oldest first
    known: tuple[tuple[Run, Run], ...]  # and what stands for each here
    other_bits: tuple[OtherBits, ...]
    refused: tuple[tuple[Run, str], ...]  # and why
    running: tuple[Run, ...]
    passed_over: int  # attempts at what was finished since, and reruns


@dataclass
class _Sorted:
    coming: list[Run] = field(default_factory=list)
    known: list[tuple[Run, Run]] = field(default_factory=list)
    other_bits: list[OtherBits] = field(default_factory=list)
    refused: list[tuple[Run, str]] = field(default_factory=list)
    running: list[Run] = field(default_factory=list)
    passed_over: int = 0


def survey_merge(records: Sequence[Run], other: RunStore, store: RunStore, watched: Watched = unwatched) -> Merge:
    """Hold each run of another store, of which these are the records, against this one."""
    ours = store.runs()
    theirs = [record for record in records if record.kind == Kind.RUN]
    done_here, done_there = newest_finished(ours), newest_finished(theirs)
    by_uid = {run.tags[Tag.UID]: run for run in reversed(ours) if Tag.UID in run.tags}
    new = [run for run in theirs if run.key not in done_here and _is_over(run)]
    altered = audit_saved(watched(new, "read"), other)
    found = _Sorted(passed_over=sum(record.kind == Kind.RERUN for record in records))
    for run in watched(theirs[::-1], "proved"):
        same = by_uid.get(run.tags.get(Tag.UID, ""))
        if not _is_over(run):
            found.running.append(run)
        elif why := _no_run(run) or _another(run, same):
            found.refused.append((run, why))
        elif here := done_here.get(run.key or ""):
            _hold(run, here, other, store, found)
        elif (done := done_there.get(run.key or "")) and done is not run:
            found.passed_over += 1
        elif same and not run.is_finished and _is_over(same):
            found.known.append((run, same))
        elif why := _unproved(run, other) or "; ".join(altered[run.run_id]):
            found.refused.append((run, why))
        else:
            found.coming.append(run)
    sweeps = [record for record in records if record.kind == Kind.SWEEP and DIGEST.fullmatch(_sweep_key(record))]
    brought = [*found.coming, *(run for run, _ in found.known)]
    holding = {name for run in brought for name in (*run.tags, run.parent_id)}  # the marks and the ids of sweeps
    return Merge(
        tuple(sweep for sweep in sweeps if holding & {mark_of(sweep), sweep.run_id}),
        tuple(sweep for sweep in sweeps if not holding & {mark_of(sweep), sweep.run_id}),
        tuple(found.coming),
        tuple(found.known),
        tuple(found.other_bits),
        tuple(found.refused),
        tuple(found.running),
        found.passed_over,
    )


def _hold(run: Run, here: Run, other: RunStore, store: RunStore, found: _Sorted) -> None:
    """Hold a run against one of its key that is finished here: is it the same, bit for bit?"""
    found.known.append((run, here))
    if not run.is_finished:
        return
    try:
        parted = parting(_digests(run, other), _digests(here, store))
    except RecordError as error:
        found.refused.append((run, f"it cannot be held against run {here.run_id[:8]} here: {error}"))
        return
    if parted:
        found.other_bits.append(OtherBits(run, here, parted))


def parting(some: Sequence[str], others: Sequence[str]) -> int:
    """Give the first epoch at which two runs part, by the digests of their epochs; 0 if they do not."""
    pairs = enumerate(zip(some, others, strict=False), 1)
    first = next((epoch for epoch, (one, another) in pairs if one != another), 0)
    return first or (min(len(some), len(others)) + 1 if len(some) != len(others) else 0)


def _digests(run: Run, store: RunStore) -> list[str]:
    return [epoch.digest for epoch in RunReader(run.run_id, store).epochs()]


def _no_run(run: Run) -> str:
    """Say what a record lacks to be told from any other."""
    if not DIGEST.fullmatch(run.key or ""):
        return "it has no key"
    if not UID.fullmatch(run.tags.get(Tag.UID, "")):
        return f"it has no {Tag.UID}"
    return "" if run.ended_at is not None else f"it is {run.status} but has no end"


def _another(run: Run, same: Run | None) -> str:
    """Say of a record by whose name another is known here that it is not the same."""
    return f"run {same.run_id[:8]} here has its {Tag.UID}, and another key" if same and same.key != run.key else ""


def _unproved(run: Run, other: RunStore) -> str:
    try:
        for _ in files_of(run, other):
            pass
        read_archive(run, other) if run.is_finished else check_key(run, other)
    except RecordError as error:
        return str(error)
    return ""


def _is_over(run: Run) -> bool:
    return run.status is not Status.RUNNING


def _sweep_key(sweep: Run) -> str:
    return sweep.tags.get(Tag.SWEEP, "")
