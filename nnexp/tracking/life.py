"""Proof that a process of this machine lives, or does not: it holds a lock on a file, which the kernel drops with it.

Whatever runs under another kernel, or keeps its state in another folder, is not known here.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
import weakref
from contextlib import suppress
from pathlib import Path

from nnexp import places

OLD_S = 86400.0
BOOT = Path("/proc/sys/kernel/random/boot_id")


class Life:
    """The life of this process, under a name that no other ever has."""

    def __init__(self) -> None:
        self._kernel = _kernel()
        self.name = f"{self._kernel}-{uuid.uuid4().hex[:12]}"
        with suppress(OSError):  # then others here know as little as those elsewhere
            _folder().mkdir(parents=True, exist_ok=True)
            file = os.open(_folder() / self.name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            fcntl.flock(file, fcntl.LOCK_EX)
            weakref.finalize(self, os.close, file)  # the file stays, for whoever asks after this process
        self._tidy()

    def of(self, name: str) -> bool | None:
        """Tell whether another process lives; None where that is not known here."""
        if not self._kernel or not name.startswith(f"{self._kernel}-") or Path(name).name != name:
            return None
        try:
            file = os.open(_folder() / name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            (_folder() / name).unlink(missing_ok=True)
        except BlockingIOError:
            return True
        except OSError:
            return None
        finally:
            os.close(file)
        return False

    def _tidy(self) -> None:
        """Take away what was left long ago: whoever still asks has to watch a pulse."""
        with suppress(OSError):
            for file in _folder().iterdir():
                if time.time() - file.stat().st_mtime > OLD_S:
                    self.of(file.name)


def _folder() -> Path:
    return places.state() / "alive"


def _kernel() -> str:
    """Name the kernel that runs; empty where it has no name."""
    try:
        return BOOT.read_text(encoding="ascii").strip()[:8]
    except OSError:
        return ""
