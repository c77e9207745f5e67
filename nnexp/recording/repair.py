"""Setting the record straight: results that the store missed, and runs that say RUNNING though nobody runs them.

Every command that opens the store does this first. Nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nnexp.errors import RecordError, TrackingError
from nnexp.recording import owner, pending
from nnexp.recording.examine import progress
from nnexp.recording.files import ARTIFACTS, END, RUN
from nnexp.recording.folder import RunFolder
from nnexp.recording.formats import UnknownFormatError
from nnexp.tracking.records import Kind, Run, Status, Tag, claim_on
from nnexp.tracking.store import Store
from nnexp.training.events import now

Say = Callable[[str], None]

TWICE = "another record says what became of this run; it was begun twice, since the store's answer was lost"


@dataclass
class Repairs:
    """What was done, and what could not be: names of runs."""

    sent: list[str] = field(default_factory=list)  # results that had waited in a folder
    closed: list[str] = field(default_factory=list)  # orphans, now KILLED
    damaged: list[str] = field(default_factory=list)  # orphans, now KILLED, whose folder is damaged; and how
    lost: list[str] = field(default_factory=list)  # waiting results whose folder is gone
    unreadable: list[str] = field(default_factory=list)  # folders that cannot be read, and why; left as they are
    unsent: list[str] = field(default_factory=list)  # folders that the store does not take, and why

    def sentences(self) -> list[str]:
        """Say what was done, in words, and what could not be."""
        said = []
        if self.sent:
            said.append(f"{len(self.sent)} run(s) that the store had missed are now in it: {', '.join(self.sent)}")
        if self.closed:
            said.append(f"{len(self.closed)} run(s) whose process is gone are now KILLED: {', '.join(self.closed)}")
        known = "with no more than the store has of it"
        said += [f"a run whose process is gone is now KILLED, {known}: {how}" for how in self.damaged]
        return said + self.left()

    def left(self) -> list[str]:
        """Say what could not be done."""
        said = []
        if self.lost:
            said.append(
                f"{len(self.lost)} run(s) wait to be sent, but their folders are not there: {', '.join(self.lost)}"
            )
        return said + [f"a run's folder cannot be read, and is left as it is: {why}" for why in self.unreadable]


def repair(store: Store, say: Say, *, thoroughly: bool = False) -> Repairs:
    """Send what waits, then close what nobody looks after.

    A folder that cannot be read is named once, and then set aside; whoever is thorough looks at those as well.
    """
    repairs = Repairs()
    for uid in pending.unfinished(store.address):
        if store.claims.is_free(uid):
            pending.drop(uid)
    for uid, folder in pending.waiting(store.address, aside=thoroughly).items():
        with _reading(folder, repairs, uid):
            _send(uid, folder, store, say, repairs)
    for record in sorted(orphans(store), key=lambda orphan: orphan.kind == Kind.SWEEP):  # sweeps after their runs
        _close_alone(record, store, say, repairs)
    return repairs


def settle(key: str, store: Store, say: Say) -> list[Run] | None:
    """Record what processes that are gone left of a key, which whoever asks has claimed, and list its records.

    None while another process records something of it: what it finished may be there in a moment.
    """
    repairs, busy = Repairs(), False
    for uid, path in pending.waiting(store.address).items():
        with _reading(path, repairs, uid):
            folder = RunFolder(path)
            of_key = {Tag.KEY: key, Tag.KIND: Kind.RUN}
            if folder.is_there and of_key.items() <= folder.run.tags.items():
                busy |= not _send(uid, path, store, say, repairs)
    records = store.runs(tags={Tag.KEY: key})
    running = [record for record in records if record.status is Status.RUNNING and Tag.OWNER in record.tags]
    for record in running:
        if is_left(record, store):
            busy |= not _close_alone(record, store, say, repairs)
        else:
            busy |= store.claims.is_free(claim_on(record)) is False
    if busy:
        return None
    return store.runs(tags={Tag.KEY: key}) if running else records


def orphans(store: Store) -> list[Run]:
    """List the records that say RUNNING though nobody is at work on them."""
    running = store.runs(None, status=Status.RUNNING)
    return [record for record in running if Tag.OWNER in record.tags and is_left(record, store)]


def is_left(record: Run, store: Store) -> bool:
    """Tell whether nobody is at work on a record; where the store keeps no claims, by the process that was."""
    free = store.claims.is_free(claim_on(record))
    return owner.is_gone(record.tags[Tag.OWNER]) if free is None else free


@contextmanager
def _reading(folder: Path, repairs: Repairs, uid: str = "") -> Iterator[None]:
    """Let one folder that cannot be read (damaged, of another version, another's) keep nothing else from repair."""
    try:
        yield
    except TrackingError as error:  # what keeps the store from being written will be said by the command itself
        repairs.unsent.append(f"{folder}: {error}")
    except (RecordError, OSError) as error:
        repairs.unreadable.append(f"{folder}: {error}")
        if uid and isinstance(error, RecordError) and not isinstance(error, UnknownFormatError):
            pending.set_aside(uid)


def _send(uid: str, path: Path, store: Store, say: Say, repairs: Repairs) -> bool:
    """Send what waits in a folder; tell whether no other process is at it."""
    folder = RunFolder(path)
    if _is_bare(path) and (free := store.claims.is_free(uid)) is not None:
        if free:  # it was killed as it began, and does not begin just now
            folder.tidy()
            pending.clear(uid)
        return True
    if not folder.is_there:
        repairs.lost.append(str(path))
        return True
    run, is_over = folder.run, folder.end is not None
    if run.tags[Tag.UID] != uid:
        raise RecordError(f"it is another run's, and not that of {uid}")
    if not _replay(folder, store, say):
        return False
    (repairs.sent if is_over else repairs.closed).append(run.name)
    return True


def _is_bare(path: Path) -> bool:
    """Tell whether a run was to begin in a folder, and had written nothing yet."""
    return path.is_dir() and not any((path / name).exists() for name in (RUN, *ARTIFACTS, END))


def _close_alone(record: Run, store: Store, say: Say, repairs: Repairs) -> bool:
    """Close an orphan, unless another process is at it; tell whether none is."""
    claim = claim_on(record)
    if not store.claims.take(claim):
        return False
    try:
        with _reading(Path(record.tags.get(Tag.FOLDER, "")), repairs):
            if _says_running(record, store):  # still: its process may have ended it, and then let go of it
                _close(record, store, say, repairs)
    finally:
        store.claims.let_go(claim)
    return True


def _close(record: Run, store: Store, say: Say, repairs: Repairs) -> None:
    """Close an orphan: as its folder says, to the last epoch that is there; a sweep as its runs say; else as KILLED."""
    if record.kind == Kind.SWEEP:
        if _is_complete(record, store):
            store.end(record.run_id, Status.FINISHED, now())
        else:
            _kill(record, store, owner.GONE)
            repairs.closed.append(record.name)
        return
    folder = RunFolder(Path(record.tags.get(Tag.FOLDER, "")))
    try:
        _close_run(record, folder, store, say, repairs)
    except UnknownFormatError:
        raise  # the nnexp that wrote it can read it, and will
    except RecordError as error:
        _kill(record, store, f"{owner.GONE}, and its folder cannot be read: {error}")
        repairs.damaged.append(f"{record.name} ({folder.path}: {error})")


def _close_run(record: Run, folder: RunFolder, store: Store, say: Say, repairs: Repairs) -> None:
    if _is_recorded(record, store):
        _kill(record, store, TWICE)
    elif _is_folder_of(record, folder):
        if _replay(folder, store, say, record.run_id):
            (repairs.sent if folder.end else repairs.closed).append(record.name)
    else:
        _kill(record, store, owner.GONE)
        repairs.closed.append(record.name)


def _says_running(record: Run, store: Store) -> bool:
    return any(other.run_id == record.run_id for other in store.runs(None, status=Status.RUNNING))


def _kill(record: Run, store: Store, reason: str) -> None:
    store.log(record.run_id, tags={Tag.REASON: reason})
    store.end(record.run_id, Status.KILLED, now())


def _is_recorded(record: Run, store: Store) -> bool:
    """Tell whether another record says what became of the run: it was begun once more where no answer came."""
    same = store.runs(None, tags={Tag.UID: record.tags.get(Tag.UID, "")})
    return any(other.status is not Status.RUNNING for other in same if other.run_id != record.run_id)


def _is_folder_of(record: Run, folder: RunFolder) -> bool:
    """Tell whether a folder is the run's own, and not merely the one that its tag names."""
    return folder.is_there and folder.run.tags.get(Tag.UID) == record.tags.get(Tag.UID)


def _is_complete(sweep: Run, store: Store) -> bool:
    return progress(sweep, store.runs()).is_complete


def _replay(folder: RunFolder, store: Store, say: Say, run_id: str | None = None) -> bool:
    """Send a folder's journal; tell whether it was free: that of a run which is still going on is not sent.

    What that needs is imported when there is something to repair, and seldom is there.
    """
    from nnexp.recording.replay import replay

    if not folder.claim():
        return False
    try:
        replay(folder, store, say, run_id)
    finally:
        folder.let_go()
    return True
