"""The journal of a run: a line for each epoch, appended as it is done. What a line says, files.py knows."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nnexp.errors import RecordError
from nnexp.recording import files
from nnexp.recording.formats import UnknownFormatError
from nnexp.training.events import Epoch


def append(path: Path, epoch: Epoch) -> None:
    """Add an epoch, after whatever a full disk has left of a line."""
    with open_to_append(path) as journal:
        journal.write((b"" if _at_line_start(journal) else b"\n") + files.write_epoch(epoch))


def flush(path: Path) -> None:
    """Have all that was added on the disk, if there is any."""
    if path.exists():
        with open_to_append(path) as journal:
            os.fsync(journal)


def read(content: bytes) -> Iterator[Epoch]:
    """Read the epochs back; a line that was cut off by a crash or a full disk does not count."""
    number = 0
    for line in content.splitlines():
        try:
            epoch = files.read_epoch(line)
        except UnknownFormatError:
            raise
        except RecordError:
            continue
        if epoch.number == number + 1:
            number = epoch.number
            yield epoch


def open_to_append(path: Path) -> BinaryIO:
    """Open a file that grows; no link is followed, and no pipe waited for."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(path, flags, 0o666)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, f"{path.name} is no file")
    return open(file, "a+b")


def _at_line_start(journal: BinaryIO) -> bool:
    if journal.seek(0, os.SEEK_END) == 0:
        return True
    journal.seek(-1, os.SEEK_END)
    return journal.read(1) == b"\n"
