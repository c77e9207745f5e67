"""Decoded data sets in files that all worker processes map into memory and share. Knows no source formats.

A data set is a folder: an .npy file for each array, and a JSON file that says what they must be. It is written aside
and moved as a whole, so whoever opens it sees all of it or none. A folder that is not what its JSON file says, to the
last bit, is written anew; where nothing can be written, the arrays stay in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from nnexp import places
from nnexp.datasets.content import Content, Meta, digest_of

# Stands in the folder's name, so that versions never meet each other's. Raise it as well where a layout makes other
# arrays of the same files.
FORMAT = 4
HEADER = "content.json"
UNFINISHED = ".part"
ABANDONED_AFTER = 3600.0  # seconds: no writer takes that long, so its process was killed


def cached(key: str, decode: Callable[[], Content], key_of: Callable[[Content], str]) -> Content:
    """Map the content kept under a key, after decoding and keeping it if need be.

    Once it is known, it may have another key, `key_of`: it is kept under that, and found under both.
    """
    path = folder_of(key)
    content = _map(path)
    if content is None:
        content = decode()
        kept = folder_of(key_of(content))
        _keep(kept, content)
        if kept.exists():
            if kept != path:
                _link(path, kept)
            del content  # before its copy is looked at: two of them may be more than there is memory for
            content = _map(kept) or decode()
    return content


def kept_at(path: Path) -> Content | None:
    """Map the content that a folder of the cache holds; None for any other path."""
    return _map(path) if path.parent == places.cache() else None


def folder_of(key: str) -> Path:
    """Say where the content under a key is kept, if it is."""
    return places.cache() / f"{key}.{FORMAT}"


def _map(path: Path) -> Content | None:
    try:
        header = _read_header(path / HEADER)
        arrays = {name: _map_array(path / f"{name}.npy", told) for name, told in header["arrays"].items()}
        if digest_of(arrays) != header["digest"]:  # 30 ms for MNIST; what is trained on is what the record names
            return None
        return Content(arrays, header["digest"], Meta.parse(header["meta"]))
    except Exception:  # NumPy's parser raises a dozen kinds on damage; whatever it was, decoding mends it
        return None


def _link(path: Path, kept: Path) -> None:
    """Have a second name lead to what is kept, if the file system knows links."""
    with contextlib.suppress(OSError), tempfile.TemporaryDirectory(suffix=UNFINISHED, dir=path.parent) as aside:
        link = Path(aside, "link")
        link.symlink_to(kept.name, target_is_directory=True)
        os.replace(link, path)


def _read_header(file: Path) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(file.read_bytes())
    if header.pop("checksum") != _checksum(header) or header["format"] != FORMAT:
        raise ValueError(f"{file} is damaged")
    return header


def _map_array(file: Path, recorded: dict[str, Any]) -> NDArray[Any]:
    array = np.load(file, mmap_mode="r", allow_pickle=False)
    if _described(array) != recorded or file.stat().st_size != array.offset + array.nbytes:
        raise ValueError(f"{file} is damaged")
    return np.asarray(array)  # the plain array: each slice of a memmap would cost the making of another


def _described(array: NDArray[Any]) -> dict[str, Any]:
    return {"shape": list(array.shape), "dtype": array.dtype.str}


def _checksum(header: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(header, sort_keys=True).encode()).hexdigest()


def _keep(path: Path, content: Content) -> None:
    """Write the content where it can be written."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent)
        with tempfile.TemporaryDirectory(suffix=UNFINISHED, dir=path.parent) as aside:
            new = Path(aside, "new")
            _write(new, content)
            _move(new, path, Path(aside, "old"))


def _write(new: Path, content: Content) -> None:
    new.mkdir()
    arrays = content.arrays
    for name, array in arrays.items():
        with _synced(new / f"{name}.npy") as file:
            np.save(file, array, allow_pickle=False)
    described = {name: _described(array) for name, array in arrays.items()}
    header = {"format": FORMAT, "digest": content.digest, "arrays": described, "meta": asdict(content.meta)}
    with _synced(new / HEADER) as file:
        file.write(json.dumps(header | {"checksum": _checksum(header)}).encode())


@contextlib.contextmanager
def _synced(file: Path) -> Iterator[IO[bytes]]:
    with file.open("wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def _move(new: Path, path: Path, old: Path) -> None:
    """Move a folder into place, unless another process was faster; what is damaged there makes way for it."""
    try:
        os.replace(new, path)
    except OSError:  # something is there: a folder never replaces what is not empty
        if _map(path) is None:
            os.replace(path, old)
            os.replace(new, path)


def _remove_abandoned(folder: Path) -> None:
    """Remove what writers left that were killed."""
    for path in folder.glob(f"*{UNFINISHED}"):
        with contextlib.suppress(OSError):  # another process was faster, or it is another user's
            if time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(path)
