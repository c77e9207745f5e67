"""Claims: who is at work on what. A claim is held by a living process, and ends with it, however that ends.

So a claim that is free proves that nobody is at work, on this machine or another: no host name, process number or clock
is asked. The system that keeps the store keeps its claims: the kernel for a file, a database for itself.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Protocol

LOCK = "@hhqqi0q"  # struct flock: type, whence, start, length, process


class Claims(Protocol):
    """The claims on what one store holds."""

    def take(self, name: str) -> bool:
        """Claim a name; tell whether nobody held it, here or elsewhere."""
        ...

    def let_go(self, name: str) -> None:
        """Give a claim up."""
        ...

    def is_free(self, name: str) -> bool | None:
        """Tell whether nobody holds a name, here or elsewhere; None where that cannot be told.

        Whoever holds it may have to be watched for a while.
        """
        ...


class NoClaims:
    """Claims on a store that keeps none: all are granted."""

    def take(self, name: str) -> bool:  # noqa: ARG002
        """Grant it."""
        return True

    def let_go(self, name: str) -> None:
        """Do nothing."""

    def is_free(self, name: str) -> bool | None:  # noqa: ARG002
        """Tell nothing."""
        return None


class OwnClaims:
    """Claims on a store that no other process can reach."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def take(self, name: str) -> bool:
        """Claim a name, if it is free."""
        if name in self._held:
            return False
        self._held.add(name)
        return True

    def let_go(self, name: str) -> None:
        """Give a claim up."""
        self._held.discard(name)

    def is_free(self, name: str) -> bool:
        """Tell whether it is held."""
        return name not in self._held


class FileClaims:
    """Claims on a store in a file: each is a lock on one byte of a file beside it, which the kernel drops in time.

    Where a file system keeps no locks, every claim is granted, as if there were nobody else.
    """

    def __init__(self, file: Path) -> None:
        """Nothing is opened or made before the first claim."""
        self._path = file
        self._file: int | None = None
        self._held: set[str] = set()

    def take(self, name: str) -> bool:
        """Claim a name, if it is free."""
        if name in self._held:
            return False
        try:
            self._lock(fcntl.F_OFD_SETLK, fcntl.F_WRLCK, name)
        except BlockingIOError:
            return False
        except OSError:
            pass
        self._held.add(name)
        return True

    def let_go(self, name: str) -> None:
        """Give a claim up."""
        if name in self._held:
            self._held.discard(name)
            with suppress(OSError):  # of what was granted without a lock there is none to undo
                self._lock(fcntl.F_OFD_SETLK, fcntl.F_UNLCK, name)

    def is_free(self, name: str) -> bool | None:
        """Tell whether it is held."""
        if name in self._held:
            return False
        if not self._path.exists():
            return True
        try:
            found = self._lock(fcntl.F_OFD_GETLK, fcntl.F_WRLCK, name)
        except OSError:
            return None
        return bool(struct.unpack(LOCK, found)[0] == fcntl.F_UNLCK)

    def _lock(self, command: int, kind: int, name: str) -> bytes:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        lock = struct.pack(LOCK, kind, os.SEEK_SET, number_of(name), 1, 0)
        found: bytes = fcntl.fcntl(self._file, command, lock)
        return found


def number_of(name: str) -> int:
    """Give a name's own number of 62 bits; two names that shared one would only wait for each other."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 2
