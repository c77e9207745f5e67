"""The files that somebody else's code was seen to open for reading: its data, whether it named them or not.

Python tells of every file that it opens; what native code opens by itself is not seen. Neither Python, its packages
and the system's files, nor what the code itself has written, are data.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from nnexp.tasks.sources import installed

SYSTEM = tuple(map(Path, ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/lib64", "/run", "/bin")))
CODE = {".py", ".pyc", ".so", ".pth"}
GONE = "gone"


@dataclass
class Opened:
    """What one task opened in this process, in all its runs: what one of them keeps, no other opens again."""

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    @contextmanager
    def seen(self) -> Iterator[None]:
        """Take down what is opened within."""
        _listen()
        before = _State.listening
        _State.listening = self
        try:
            yield
        finally:
            _State.listening = before

    def digests(self, root: Path) -> dict[str, str]:
        """Give the SHA-256 (hex) of each file that was read, by its path: within `root` from there."""
        found = {}
        for path in sorted(self.read - self.written):
            digest = digest_file(path) if _is_data(Path(path)) else GONE
            if digest != GONE:
                found[os.path.relpath(path, root) if Path(path).is_relative_to(root) else path] = digest
        return found


def opened_by(task: str) -> Opened:
    """Give what a task opens in this process."""
    return _BY_TASK.setdefault(task, Opened())


_BY_TASK: dict[str, Opened] = {}


def changed(recorded: Mapping[str, str], root: Path) -> Iterator[tuple[str, str, str]]:
    """Give each file that is not what was recorded of it: its path, its digest then, and now."""
    for name, then in recorded.items():
        now = digest_file(str(root / name))
        if now != then:
            yield name, then, now


def digest_file(path: str) -> str:
    """Digest a file, once while it stays as it is; GONE if it cannot be read."""
    try:
        state = os.stat(path)
        return _digest(path, state.st_size, state.st_mtime_ns)
    except OSError:
        return GONE


@lru_cache(maxsize=100_000)
def _digest(path: str, size: int, mtime: int) -> str:  # noqa: ARG001
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _State:
    """Who listens in this process: Python takes a listener in, and never lets go of it."""

    listening: Opened | None = None
    is_heard = False


def _listen() -> None:
    if not _State.is_heard:
        _State.is_heard = True
        sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and (opened := _State.listening) is not None:
        path, _, flags = arguments
        if isinstance(path, str | bytes | os.PathLike):
            kept = opened.written if (flags or 0) & (os.O_WRONLY | os.O_RDWR) else opened.read
            kept.add(os.path.abspath(os.fsdecode(path)))


def _is_data(path: Path) -> bool:
    if path.suffix in CODE or not path.is_file():
        return False
    return not any(path.is_relative_to(place) for place in (*SYSTEM, *installed()))
