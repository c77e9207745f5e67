"""A data set as it is sent to where its files are not: one .npz file, kept in the cache there under its own digest."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nnexp import places
from nnexp.datasets.cache import UNFINISHED
from nnexp.datasets.content import NAMES
from nnexp.datasets.loader import content_of
from nnexp.errors import DataError


def pack(path: Path) -> bytes:
    """Write the data set at a path, in whatever layout it is, as the bytes of one .npz file.

    Raises
    ------
    DataError
        As for `load`.
    """
    content, packed = content_of(path), io.BytesIO()
    np.savez(packed, **{name: getattr(content, name) for name in NAMES})
    return packed.getvalue()


def unpack(digest: str, fetch: Callable[[], bytes]) -> Path:
    """Give the file of what was packed, by its SHA-256 (hex); it is fetched unless it is here to the last bit.

    Raises
    ------
    DataError
        If what was fetched is something else, or cannot be kept.
    """
    file = places.cache() / f"{digest}.npz"
    try:
        if not file.exists() or _sha256(file) != digest:
            _keep(file, fetch(), digest)
    except OSError as problem:
        reason = f"got: {problem.strerror}; NNEXP_CACHE can name another folder there"
        raise DataError(f"{file}: expected to keep data that were sent, but {reason}") from problem
    return file


def _keep(file: Path, packed: bytes, digest: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(suffix=UNFINISHED, dir=file.parent) as aside:
        new = Path(aside, file.name)
        new.write_bytes(packed)
        if (found := _sha256(new)) != digest:
            raise DataError(f"the data that were sent: expected SHA-256 {digest[:12]}…, but got {found[:12]}…")
        os.replace(new, file)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
