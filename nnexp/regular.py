"""Reading a file that is not to be trusted, and writing one that is whole or not there.

No link is followed, no pipe is waited for, and there is an end to what is read.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from nnexp.errors import RecordError

MOST = 1 << 30  # bytes of a file; a larger one is not read


def read_file(path: Path, most: int = MOST) -> bytes | None:
    """Read a regular file whole; None where nothing is.

    Raises
    ------
    RecordError
        For a link, a folder, a pipe or a device, and for more than `most` bytes.
    OSError
        For what the system cannot read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            what = "a link, which is not followed" if error.errno == errno.ELOOP else "no file"
            raise RecordError(f"{path.name} is {what}") from error
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise RecordError(f"{path.name} is no file")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(found.st_size + 1) if found.st_size <= most else b""
            if len(content) > found.st_size:  # it grows, or its system tells no size
                content += file.read(most + 1 - len(content))
        size = max(found.st_size, len(content))
        if size > most:
            raise RecordError(f"{path.name} is too large: {size:,} bytes, and {most:,} are the most that are read")
        return content
    finally:
        os.close(descriptor)


def write_file(path: Path, content: bytes, *, flush: bool = False) -> None:
    """Write a file beside, and move it into place; with `flush`, when it is on the disk.

    One that is killed meanwhile leaves a name with a dot before it and eight digits behind.
    """
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            if flush:
                file.flush()
                os.fsync(file)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
