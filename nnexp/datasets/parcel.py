"""A data set as it is sent to where its files are not: its content in one .npz, which is kept in the cache there."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from nnexp.datasets.cache import cached, folder_of
from nnexp.datasets.content import Content, Meta, digest_of
from nnexp.datasets.loader import content_of
from nnexp.datasets.options import Options
from nnexp.errors import DataError

META = "meta"


def pack(path: Path, **settings: Any) -> bytes:
    """Write the content of the data set at a path, in whatever layout it is, as the bytes of one .npz file.

    Raises
    ------
    DataError, ConfigError
        As for `load`.
    """
    content, packed = content_of(path, Options(**settings)), io.BytesIO()
    np.savez(packed, **content.arrays, **{META: np.array(json.dumps(asdict(content.meta)))})  # type: ignore[arg-type]
    return packed.getvalue()


def unpack(digest: str, fetch: Callable[[], bytes]) -> Path:
    """Give the folder of what was packed, by its SHA-256 (hex); it is fetched unless it is here to the last bit.

    Raises
    ------
    DataError
        If what was fetched is something else, or cannot be kept.
    """
    cached(digest, lambda: _content(fetch(), digest), lambda content: digest)  # noqa: ARG005
    folder = folder_of(digest)
    if not folder.exists():
        raise DataError(f"{folder}: expected to keep data that were sent; NNEXP_CACHE can name another folder there")
    return folder


def _content(packed: bytes, digest: str) -> Content:
    if (found := hashlib.sha256(packed).hexdigest()) != digest:
        raise DataError(f"the data that were sent: expected SHA-256 {digest[:12]}…, but got {found[:12]}…")
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        arrays = dict(file)
    meta = Meta.parse(json.loads(str(arrays.pop(META))))
    for array in arrays.values():
        array.flags.writeable = False
    return Content(arrays, digest_of(arrays), meta)
