"""A merge, done: sweeps are opened, runs brought, sweeps closed. All of it may be repeated by whoever was cut off.

Like whoever launches, it claims what it is at work on: a sweep that is being run here, or a key that is being trained,
is left for the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from nnexp.errors import RecordError
from nnexp.recording import owner
from nnexp.recording.brought import SAID_SINCE, bring, keepable, later_tags
from nnexp.recording.examine import progress
from nnexp.sweep.called import names_of
from nnexp.sweep.interrupt import Interrupt
from nnexp.sweep.merge import Merge, Watched, unwatched
from nnexp.tracking.records import Kind, Run, RunStart, Status, Tag, described, key_claim, newest_finished, sweep_claim
from nnexp.tracking.store import RunStore, Store
from nnexp.tracking.sweeps import launched_at, mark_of

# How tags of a sweep begin that mean nothing here.
NOT_BROUGHT = ("mlflow.", Tag.OWNER, Tag.PARENT, Tag.PAGE, Tag.PLAN, Tag.COMMAND)
BUSY = "another process is at work on it here just now"
MEANWHILE = "another process has finished it here meanwhile"


@dataclass
class Merged:
    """What became of a merge: ids here by those there, and what was left for another time, and why."""

    runs: dict[str, str] = field(default_factory=dict)
    sweeps: dict[str, str] = field(default_factory=dict)
    left: list[tuple[Run, str]] = field(default_factory=list)
    signal: int | None = None  # by which it was stopped: what is missing comes another time


def do_merge(
    merge: Merge,
    other: RunStore,
    store: Store,
    folder: Path,
    say: Callable[[str], None],
    watched: Watched = unwatched,
) -> Merged:
    """Bring what comes along; the files of each run go into a folder of its own beneath one.

    A first Ctrl-C or SIGTERM is heeded once the run is there that was being brought; the sweeps are closed as they are.

    Raises
    ------
    TrackingError
        If this store does not take it; the same merge goes on later.
    """
    store.prepare()
    merged, marks = Merged(), {mark_of(sweep) for sweep in merge.sweeps}
    with Interrupt() as interrupt, _claimed(merge, store, merged) as sweeps:
        merged.sweeps = {sweep.run_id: _open(sweep, store) for sweep in sweeps}
        for number, run in enumerate(watched(merge.coming, "brought")):
            if interrupt.asked:
                break
            _bring(_of_sweeps(run, marks), other, store, folder / str(number), merged, say)
        for run, here in () if interrupt.asked else merge.known:
            _add_tags(_of_sweeps(run, marks), here, store)
        merged.signal = interrupt.signal
        runs, opened = store.runs(), {one.run_id: one for one in store.runs(Kind.SWEEP)}
        for sweep in sweeps:
            _close(sweep, opened[merged.sweeps[sweep.run_id]], runs, store)
    return merged


@contextmanager
def _claimed(merge: Merge, store: Store, merged: Merged) -> Iterator[list[Run]]:
    """Claim the sweeps that nobody runs here, and give them."""
    free = [sweep for sweep in merge.sweeps if store.claims.take(sweep_claim(sweep.tags[Tag.SWEEP]))]
    merged.left += [(sweep, BUSY) for sweep in merge.sweeps if sweep not in free]
    try:
        yield free
    finally:
        for sweep in free:
            store.claims.let_go(sweep_claim(sweep.tags[Tag.SWEEP]))


def _bring(run: Run, other: RunStore, store: Store, path: Path, merged: Merged, say: Callable[[str], None]) -> None:
    claims, taken = [key_claim(run.key or ""), run.tags[Tag.UID]], []
    try:
        for claim in claims:
            if not store.claims.take(claim):
                merged.left.append((run, BUSY))
                return
            taken.append(claim)
        if run.key in newest_finished(store.runs(tags={Tag.KEY: run.key or ""})):
            merged.left.append((run, MEANWHILE))
            return
        parent_id = merged.sweeps.get(run.parent_id or "")
        merged.runs[run.run_id] = bring(run, other, store, path, parent_id, say)
    except RecordError as error:  # its files have changed since it was proved
        merged.left.append((run, str(error)))
    finally:
        for claim in taken:
            store.claims.let_go(claim)


def _add_tags(run: Run, here: Run, store: Store) -> None:
    """Have a run that is here already be of the sweeps that it is in there; what was said of another is not taken."""
    is_same = run.tags[Tag.UID] == here.tags.get(Tag.UID)
    tags = {name: text for name, text in later_tags(run).items() if is_same or name not in SAID_SINCE}
    if new := {name: text for name, text in tags.items() if name not in here.tags}:
        store.log(here.run_id, tags=new)


def _of_sweeps(run: Run, marks: Set[str]) -> Run:
    """Leave out that a run is of a sweep which its store does not hold."""
    member = Tag.member("")
    return replace(
        run, tags={name: text for name, text in run.tags.items() if not name.startswith(member) or name in marks}
    )


def _open(sweep: Run, store: Store) -> str:
    """Begin a sweep here, or add to the one of its key what it is called and was looked at; give its id here."""
    key = sweep.tags[Tag.SWEEP]
    here = next(iter(store.runs(Kind.SWEEP, tags={Tag.SWEEP: key})), None)
    tags = {name: text for name, text in keepable(sweep.tags).items() if not name.startswith(NOT_BROUGHT)}
    if here is None:
        start = RunStart(sweep.name, sweep.started_at, sweep.params, tags | {Tag.OWNER: owner.me()})
        return store.create(start)
    said, answer = (one or another for one, another in zip(_told(here), _told(sweep), strict=True))
    tags = {name: text for name, text in tags.items() if name not in here.tags} | {
        Tag.NAMES: " ".join(sorted({*names_of(here), *names_of(sweep)})),
        Tag.LAUNCHED: str(max(map(launched_at, (here, sweep)))),
        **_union(Tag.LOOKS, here, sweep),
        **({Tag.SAID: said} if said else {}),
        **({Tag.NOTE: described(said, answer)} if said or answer else {}),
    }
    store.log(here.run_id, tags=tags)
    return here.run_id


def _close(sweep: Run, here: Run, runs: Sequence[Run], store: Store) -> None:
    """End a sweep as it stands here: it is FINISHED where it is complete, and nobody goes on with it here."""
    if here.status is Status.FINISHED:
        return
    whole = progress(here, runs).is_complete
    unfinished = Status.KILLED if sweep.status is Status.RUNNING else sweep.status
    status = Status.FINISHED if whole else Status.KILLED if unfinished is Status.FINISHED else unfinished
    store.end(here.run_id, status, sweep.ended_at or sweep.started_at)


def _told(sweep: Run) -> tuple[str, str]:
    return sweep.tags.get(Tag.SAID, ""), sweep.answer


def _union(tag: str, *sweeps: Run) -> dict[str, str]:
    found = {int(text) for sweep in sweeps for text in sweep.tags.get(tag, "").split() if text.isdecimal()}
    return {tag: " ".join(map(str, sorted(found)))} if found else {}
