"""Decoded data sets in files that all worker processes map into memory and share. Knows no source formats.

A file is one page of header (the SHA-256 of the JSON that follows it: shapes and the content's digest), then the four
arrays, end to end. It is written aside and moved, so whoever opens it sees all of it or none. A file that does not fit
its header is written anew; where nothing can be written, the arrays stay in memory.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

from nnexp.datasets.content import Content

FORMAT = 1  # stands in the file's name, so that another layout never meets this one's files
HEADER_SIZE = 4096
# Labels first: eight bytes each, they keep what follows aligned.
ORDER = {"y_train": "<i8", "y_test": "<i8", "x_train": "|u1", "x_test": "|u1"}
UNFINISHED = ".part"
ABANDONED_AFTER = 3600.0  # seconds: no writer takes that long, so its process was killed


def folder() -> Path:
    """Where the cache lies: NNEXP_CACHE, or else the user's cache folder."""
    return Path(os.environ.get("NNEXP_CACHE") or platformdirs.user_cache_path("nnexp"))


def cached(key: str, decode: Callable[[], Content]) -> Content:
    """Map the content kept under a key, after decoding and keeping it if need be."""
    path = folder() / f"{key}.{FORMAT}"
    content = _map(path)
    if content is None:
        content = decode()
        if _keep(path, content):
            content = _map(path) or content
    return content


def _map(path: Path) -> Content | None:
    try:
        with path.open("rb") as file:
            checksum, _, text = file.read(HEADER_SIZE).rstrip(b" ").partition(b"\n")
            if hashlib.sha256(text).hexdigest().encode() != checksum:
                return None
            header = json.loads(text)
            if os.fstat(file.fileno()).st_size != _size(header["shapes"]):
                return None
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError:
        return None
    return Content(**_arrays(memory, header["shapes"]), digest=header["digest"])


def _size(shapes: dict[str, list[int]]) -> int:
    return HEADER_SIZE + sum(math.prod(shapes[name]) * np.dtype(dtype).itemsize for name, dtype in ORDER.items())


def _arrays(memory: mmap.mmap, shapes: dict[str, list[int]]) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    offset = HEADER_SIZE
    for name, dtype in ORDER.items():
        arrays[name] = np.frombuffer(memory, dtype, math.prod(shapes[name]), offset).reshape(shapes[name])
        offset += arrays[name].nbytes
    return arrays


def _keep(path: Path, content: Content) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent)
        _write(path, content)
    except OSError:
        return False
    return True


def _write(path: Path, content: Content) -> None:
    descriptor, name = tempfile.mkstemp(UNFINISHED, dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(_header(content))
            for array in ORDER:
                file.write(getattr(content, array))
            file.flush()
            os.fsync(descriptor)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _header(content: Content) -> bytes:
    shapes = {name: getattr(content, name).shape for name in ORDER}
    text = json.dumps({"digest": content.digest, "shapes": shapes}).encode()
    return (hashlib.sha256(text).hexdigest().encode() + b"\n" + text).ljust(HEADER_SIZE)


def _remove_abandoned(folder: Path) -> None:
    """Remove what writers left that were killed."""
    for path in folder.glob(f"*{UNFINISHED}"):
        try:
            if time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                path.unlink()
        except FileNotFoundError:  # another process was faster
            continue
