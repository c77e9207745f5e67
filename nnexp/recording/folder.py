"""A run's folder: the journal from which its record can be written again if the tracking store was away.

Whatever is not appended to is written beside and moved into place. What the files are called and hold, files.py knows.
"""

from __future__ import annotations

import fcntl
import os
import uuid
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from nnexp.errors import ConfigError, RecordError
from nnexp.recording import files
from nnexp.tracking.records import RunStart, Status
from nnexp.training.events import Epoch


class RunFolder:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._unlock: Callable[[], object] | None = None

    @classmethod
    def new(cls, path: Path, run: RunStart, settings: Mapping[str, Any]) -> RunFolder:
        """Make the folder of a run that is about to start."""
        folder = cls(path)
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.write_json(files.RUN, {name: value for name, value in asdict(run).items() if name != "metrics"})
        folder.write_json(files.CONFIG, {"settings": settings})
        folder.claim()
        return folder

    def claim(self) -> bool:
        """Take the folder until this process lets go of it or is gone; tell whether nobody else has it."""
        if self._unlock is None:
            lock = os.open(self.file(files.RUN), os.O_RDONLY)
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
        """Leave the folder to others."""
        if self._unlock:
            self._unlock()
        self._unlock = None

    @property
    def is_there(self) -> bool:
        """Whether a run has left its files here."""
        return self.file(files.RUN).exists()

    @property
    def run(self) -> RunStart:
        """What was known of the run when it began."""
        return files.read_start(self.file(files.RUN).read_bytes())

    def file(self, name: str) -> Path:
        """Give the path of one of the files."""
        return self.path / name

    def add_epoch(self, epoch: Epoch) -> None:
        """Append one epoch to the journal."""
        with self.file(files.EPOCHS).open("a+b") as journal:
            journal.write((b"" if _at_line_start(journal) else b"\n") + files.write_epoch(epoch))

    def epochs(self) -> Iterator[Epoch]:
        """Read the journal back; a line that was cut off by a crash or a full disk does not count."""
        if not self.file(files.EPOCHS).exists():
            return
        for line in self.file(files.EPOCHS).read_bytes().splitlines():
            try:
                yield files.read_epoch(line)
            except files.UnknownFormatError:
                raise
            except RecordError:
                continue

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a file of settings or facts."""
        self._write(name, files.write_json(content))

    def write_environment(self, environment: Mapping[str, str]) -> None:
        """Write what the run computes with."""
        self.write_json(files.ENVIRONMENT, {"environment": dict(environment)})

    def write_text(self, name: str, content: str) -> None:
        """Write a file of words."""
        self._write(name, content.encode(errors="backslashreplace"))

    def write_arrays(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write arrays under a name, to which .npz is added."""
        self._write(f"{name}.npz", files.write_arrays(arrays))

    def write_end(self, status: Status, time: int, reason: str | None, tags: Mapping[str, str]) -> None:
        """Write how the run ended: the last thing that is written."""
        self.write_json(files.END, {"status": status, "time": time, "reason": reason, "tags": dict(tags)})

    @property
    def end(self) -> dict[str, Any] | None:
        """How the run ended, if it did."""
        return files.read_json(files.END, content) if (content := self._read(files.END)) else None

    @property
    def environment(self) -> dict[str, str] | None:
        """What the run computed with, if it came so far."""
        return files.read_environment(content) if (content := self._read(files.ENVIRONMENT)) else None

    def artifacts(self) -> list[Path]:
        """List the files that belong into the record."""
        named = [file for name in files.ARTIFACTS if (file := self.file(name)).exists()]
        return named + sorted(self.path.glob("[!.]*.npz"))

    def _read(self, name: str) -> bytes | None:
        file = self.file(name)
        return file.read_bytes() if file.exists() else None

    def _write(self, name: str, content: bytes) -> None:
        beside = self.file(f".{name}.{uuid.uuid4().hex[:8]}")
        try:
            beside.write_bytes(content)
            os.replace(beside, self.file(name))
        finally:
            beside.unlink(missing_ok=True)


def free(path: Path) -> Path:
    """Give a folder in which no run has left its files: `path`, or one beside it.

    Raises
    ------
    ConfigError
        A folder that holds what is not nnexp's, and would be written over.
    """
    beside = (Path(f"{path}-{n}") for n in count(2))
    while RunFolder(path).is_there:
        path = next(beside)
    for name in (files.CONFIG, files.ENVIRONMENT, files.EPOCHS, files.PACKAGES, files.DIFF, files.END):
        if (path / name).exists():
            raise ConfigError(f"{path.absolute()} holds a {name} that no run left; name another output folder")
    return path


def _at_line_start(journal: BinaryIO) -> bool:
    if journal.seek(0, os.SEEK_END) == 0:
        return True
    journal.seek(-1, os.SEEK_END)
    return journal.read(1) == b"\n"
