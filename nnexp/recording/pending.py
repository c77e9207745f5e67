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


def mark(folder: Path, uid: str, address: str) -> None:
    """Note that a run folder waits for a store. A full disk cannot be written; then the folder alone knows."""
    if not address:
        return
    try:
        _state().mkdir(parents=True, exist_ok=True)
        beside = _state() / f".{uid}"
        beside.write_bytes(os.fsencode(f"{_digest(address)}\n{folder}"))
        os.replace(beside, _state() / uid)
    except OSError:
        return


def clear(uid: str) -> None:
    """Take a note back."""
    for folder in (_state(), _aside()):
        folder.joinpath(uid).unlink(missing_ok=True)


def set_aside(uid: str) -> None:
    """Put a note where no other command finds it, because its folder cannot be read."""
    with suppress(OSError):  # else it is named again
        _aside().mkdir(parents=True, exist_ok=True)
        os.replace(_state() / uid, _aside() / uid)


def waiting(address: str, *, aside: bool = False) -> dict[str, Path]:
    """Map the uid of each run that waits for a store to its folder; with `aside`, also those that were set aside."""
    folders = (_state(), *([_aside()] if aside else []))
    notes = {note.name: _read(note).partition("\n") for folder in folders for note in folder.glob("[!.]*")}
    names = {_digest(address), _digest(f"{socket.gethostname()} {address}")}  # the second is an earlier version's
    return {uid: Path(folder) for uid, (wanted, _, folder) in notes.items() if wanted in names and folder}


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
