"""The book's own mnist.pkl.gz: a pickle of three pairs, (images, labels) to learn, validate and test.

It is read by an unpickler that knows NumPy's arrays and nothing else, and even those are rebuilt here from their bytes:
a pickle that asks for anything more is refused by name, and nothing of it is run. The book's pixels are 1/256 of whole
numbers, in float32; they come out as these.
"""

from __future__ import annotations

import gzip
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from nnexp.datasets.content import TEST, TRAIN, VAL
from nnexp.datasets.layouts.layout import Found
from nnexp.datasets.options import Options
from nnexp.errors import DataError

NAME = "pickled"
WANTED = "the book's mnist.pkl.gz"
SAVE_AGAIN = "where you trust it, load it and write its arrays with numpy.savez(FILE, x_train=…, y_train=…)"
ENDINGS = (".pkl", ".pkl.gz", ".pickle", ".pickle.gz")
ORDER = (TRAIN, VAL, TEST)
LEVELS = 256
KINDS = "iufb"


def find(path: Path, options: Options) -> Found | None:  # noqa: ARG001
    """Find the one pickle; nothing of it is read yet."""
    if path.is_dir():
        files = [file for file in sorted(path.iterdir()) if file.name.endswith(ENDINGS)]
        if len(files) != 1:
            return None
        (path,) = files
    if not path.name.endswith(ENDINGS):
        return None
    parts = ORDER if len(_pairs(path)) == len(ORDER) else (TRAIN, TEST)
    return Found({f"{kind}_{part}": (path,) for part in parts for kind in "xy"})


def read(files: tuple[Path, ...], name: str, options: Options) -> NDArray[Any]:  # noqa: ARG001
    """Read one array."""
    (path,) = files
    pairs = _pairs(path)
    parts = ORDER if len(pairs) == len(ORDER) else (TRAIN, TEST)
    kind, part = name.split("_")
    array = pairs[parts.index(part)]["xy".index(kind)]
    return _whole(array) if kind == "x" else array


def _whole(images: NDArray[Any]) -> NDArray[Any]:
    """Give the bytes that fractions were made of, where all of them were."""
    if images.dtype.kind != "f" or (images.min() < 0 or images.max() >= 1):
        return images
    levels = images * images.dtype.type(LEVELS)
    return levels.astype(np.uint8) if (levels == np.floor(levels)).all() else images


def _pairs(path: Path) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    expected = "a pickle of two or three pairs (images, labels) of NumPy arrays"
    try:
        loaded = _Arrays(io.BytesIO(_bytes(path)), encoding="latin1").load()
        pairs = [tuple(map(_array, pair)) for pair in loaded]
        if len(pairs) in (2, 3) and all(len(pair) == 2 for pair in pairs):
            return pairs  # type: ignore[return-value]
    except (DataError, MemoryError):
        raise
    except pickle.UnpicklingError as error:
        raise DataError(f"{path}: expected {expected}, but {error}; nothing of it was run: {SAVE_AGAIN}") from error
    except OSError as error:
        raise DataError(f"{path}: expected to read it, but got: {error}; copy or download it again") from error
    except Exception as error:  # a pickle is a program: what goes wrong in it is of any kind
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise DataError(f"{path}: expected {expected}, but it is damaged or none ({reason}); {SAVE_AGAIN}") from error
    raise DataError(f"{path}: expected {expected}, but got {len(pairs)} of another kind")


def _bytes(path: Path) -> bytes:
    most = psutil.virtual_memory().available // 3
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        content = (gzip.GzipFile(fileobj=file) if packed else file).read(most + 1)
    if len(content) > most:
        raise DataError(f"{path}: expected at most {most:,} bytes, as memory has room for them, but it holds more")
    return content


class _Array:
    """Stands for an array while it is unpickled: takes what NumPy's would be given, and keeps it."""

    def __init__(self, *_: object) -> None:
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.state = state


class _Type:
    """Stands for a dtype likewise."""

    def __init__(self, name: str, *_: object) -> None:
        self.name, self.order = str(name), "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = {"<": "<", ">": ">"}.get(str(state[1]), "=")


class _NoClass:
    """Stands for `numpy.ndarray`, which is named and never made."""


def _encode(text: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"it encodes text as {encoding!r}")
    return text.encode("latin1")


KNOWN: dict[tuple[str, str], Callable[..., object]] = {
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _Array for core in ("core", "_core")},
    ("numpy", "ndarray"): _NoClass,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encode,
}


class _Arrays(pickle.Unpickler):
    """An unpickler of NumPy arrays alone."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in KNOWN:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return KNOWN[module, name]


def _array(found: Any) -> NDArray[Any]:
    """Make an array of what was kept: its version, shape, dtype, order and bytes."""
    if not isinstance(found, _Array):
        raise TypeError(f"{type(found).__name__} in place of an array")
    _, shape, kind, in_fortran_order, content = found.state
    dtype = np.dtype(kind.name).newbyteorder(kind.order)
    if dtype.kind not in KINDS or not isinstance(content, bytes | str):
        raise TypeError(f"an array of {dtype}")
    raw = content.encode("latin1") if isinstance(content, str) else content
    flat = np.frombuffer(bytearray(raw), dtype).astype(dtype.newbyteorder("="), copy=False)
    return flat.reshape(shape, order="F" if in_fortran_order else "C")
