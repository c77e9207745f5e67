"""A file that one process holds at a time, by the system's own lock: it ends with the process, however that ends."""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Callable
from pathlib import Path


class Lock:
    """The lock of a file that is there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._unlock: Callable[[], object] | None = None

    def take(self) -> bool:
        """Take the file until this process lets go of it or is gone; tell whether nobody else has it."""
        if self._unlock is None:
            lock = os.open(self._file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            self._unlock = weakref.finalize(self, os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.let_go()
                return False
            except OSError:  # a file system without locks
                return True
        return True

    def let_go(self) -> None:
        """Leave the file to others."""
        if self._unlock:
            self._unlock()
        self._unlock = None
