"""Which run folders hold results that the tracking store has not been told: one small file each, naming the folder.

They lie in the user's state directory, so that the next command finds them from wherever it is typed.
"""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

from nnexp import places


def mark(folder: Path, uid: str, address: str) -> None:
    """Note that a run folder waits for a store. A full disk cannot be written; then the folder alone knows."""
    if not address:
        return
    try:
        _state().mkdir(parents=True, exist_ok=True)
        beside = _state() / f".{uid}"
        beside.write_bytes(os.fsencode(f"{_name(address)}\n{folder}"))
        os.replace(beside, _state() / uid)
    except OSError:
        return


def clear(uid: str) -> None:
    """Take a note back."""
    _state().joinpath(uid).unlink(missing_ok=True)


def waiting(address: str) -> dict[str, Path]:
    """Map the uid of each run that waits for a store to its folder."""
    notes = {note.name: _read(note).partition("\n") for note in _state().glob("[!.]*")}
    return {uid: Path(folder) for uid, (wanted, _, folder) in notes.items() if wanted == _name(address) and folder}


def _read(note: Path) -> str:
    try:
        return os.fsdecode(note.read_bytes())
    except FileNotFoundError:  # whoever wrote it has just sent its run
        return ""


def _name(address: str) -> str:
    """Name a store on this machine without the password that its address may hold."""
    return hashlib.sha256(f"{socket.gethostname()} {address}".encode()).hexdigest()


def _state() -> Path:
    return places.state() / "pending"
