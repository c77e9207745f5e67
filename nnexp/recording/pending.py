"""Which run folders hold results that the tracking store has not been told: one small file each, naming the folder.

They lie in the user's state directory, so that the next command finds them from wherever it is typed. Those whose
folder cannot be read are set aside there, for a command that looks after the store.
"""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import suppress
from pathlib import Path

from nnexp import places
from nnexp.errors import RecordError
from nnexp.regular import read_file

LONGEST = 1 << 16  # bytes of a note


def mark(folder: Path, uid: str, address: str) -> str | None:
    """Note that a run folder waits for a store; say why that cannot be, if it cannot. Then the folder alone knows."""
    if not address:
        return None
    try:
        _state().mkdir(parents=True, exist_ok=True)
        beside = _state() / _unfinished(uid)
        beside.write_bytes(os.fsencode(f"{_digest(address)}\n{folder}"))
        os.replace(beside, _state() / uid)
    except OSError as error:
        return f"{_state()} cannot be written ({error.strerror})"
    return None


def clear(uid: str) -> None:
    """Take a note back."""
    for folder in (_state(), _aside()):
        with suppress(OSError):  # where none can be kept, there is none
            folder.joinpath(uid).unlink(missing_ok=True)


def unfinished(address: str) -> list[str]:
    """Name the runs whose note for a store somebody writes just now, or was killed over."""
    there = _state().glob(_unfinished("*"))
    return [note.name[1:] for note in there if _read(note).partition("\n")[0] == _digest(address)]


def drop(uid: str) -> None:
    """Take away what is there of a note that nobody finishes."""
    with suppress(OSError):
        _state().joinpath(_unfinished(uid)).unlink()


def set_aside(uid: str) -> None:
    """Put a note where no other command finds it, because its folder cannot be read."""
    with suppress(OSError):  # else it is named again
        _aside().mkdir(parents=True, exist_ok=True)
        os.replace(_state() / uid, _aside() / uid)


def waiting(address: str, *, aside: bool = False) -> dict[str, Path]:
    """Map the uid of each run that waits for a store to its folder; with `aside`, also those that were set aside."""
    folders = (_state(), *([_aside()] if aside else []))
    notes = {note.name: _read(note).partition("\n") for folder in folders for note in _notes(folder)}
    names = {_digest(address), _digest(f"{socket.gethostname()} {address}")}  # the second is an earlier version's
    return {uid: Path(folder) for uid, (wanted, _, folder) in notes.items() if wanted in names and folder}


def _unfinished(uid: str) -> str:
    """Name a note that is being written."""
    return f".{uid}"


def _notes(folder: Path) -> list[Path]:
    """List the notes in a folder; in one that is not ours to look into, there are none for us."""
    try:
        return [folder / name for name in os.listdir(folder) if not name.startswith(".")]
    except OSError:
        return []


def _read(note: Path) -> str:
    """Read a note; one that is gone was that of a run that was just sent, and one that is no file is none."""
    try:
        return os.fsdecode(read_file(note, LONGEST) or b"")
    except (RecordError, OSError):
        return ""


def _digest(address: str) -> str:
    """Name a store without the password that its address may hold."""
    return hashlib.sha256(address.encode()).hexdigest()


def _state() -> Path:
    return places.state() / "pending"


def _aside() -> Path:
    return places.state() / "aside"
