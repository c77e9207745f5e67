"""A folder of four IDX files, as MNIST is published, each plain or gzip.

A file is the bytes 0 0 TYPE DIMENSIONS, then each dimension as a big-endian uint32, then the values in C order. TYPE is
8 for uint8, the only one read here. Source: http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from nnexp.arrays import read_array
from nnexp.datasets.content import is_images
from nnexp.datasets.layouts.layout import Files, check_not_empty, the_one
from nnexp.errors import DataError

NAME = "idx"
STEMS = {
    "x_train": ("train-images-idx3-ubyte",),
    "y_train": ("train-labels-idx1-ubyte",),
    "x_test": ("t10k-images-idx3-ubyte", "test-images-idx3-ubyte"),
    "y_test": ("t10k-labels-idx1-ubyte", "test-labels-idx1-ubyte"),
}
WANTED = f"a folder of four IDX files ({', '.join(f'{stem}[.gz]' for stem, *_ in STEMS.values())})"
GZIP_MAGIC = b"\x1f\x8b"
UINT8 = 8


def find(path: Path) -> Files | None:
    """Find one file for each array in a folder that holds a file of these names."""
    spellings = {name: [stem + end for stem in stems for end in ("", ".gz")] for name, stems in STEMS.items()}
    if not path.is_dir():
        if any(path.name in files for files in spellings.values()):
            raise DataError(f"{path}: expected {WANTED}, but got one of the files; name their folder")
        return None
    present = {file.name for file in path.iterdir()}
    found = {name: [path / file for file in files if file in present] for name, files in spellings.items()}
    if not any(found.values()):
        return None
    return {name: (the_one(files, f"{STEMS[name][0]}[.gz]", path),) for name, files in found.items()}


def read(files: tuple[Path, ...], name: str) -> NDArray[Any]:
    """Read the images (`x_...`) or labels (`y_...`) in a file; its first bytes decide whether it is gzip."""
    (path,) = files
    with path.open("rb") as file:
        is_gzip = file.read(2) == GZIP_MAGIC
        file.seek(0)
        if not is_gzip:
            return _read(file, path, name)
        try:
            return _read(cast(IO[bytes], gzip.GzipFile(fileobj=file)), path, name)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            damage = f"expected a whole gzip file, but it is damaged or cut off ({problem})"
            raise DataError(f"{path}: {damage}; copy or download it again") from problem


def _read(stream: IO[bytes], path: Path, name: str) -> NDArray[Any]:
    shape = _read_shape(stream, path, name)
    check_not_empty(shape, str(path))
    return read_array(stream, shape, np.dtype(np.uint8), str(path)).reshape(shape)


def _read_shape(stream: IO[bytes], path: Path, name: str) -> tuple[int, ...]:
    what, allowed = ("images", (3, 2)) if is_images(name) else ("labels", (1,))
    magic = stream.read(4)
    if magic not in [bytes((0, 0, UINT8, dimensions)) for dimensions in allowed]:
        expected = f"an IDX file of {what} in uint8 (first bytes 0000{UINT8:02x}{allowed[0]:02x})"
        raise DataError(f"{path}: expected {expected}, but got {magic.hex() or 'an empty file'}; is it the right file?")
    dimensions = magic[3]
    header = stream.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        expected = f"an IDX header of {4 + 4 * dimensions} bytes"
        raise DataError(f"{path}: expected {expected}, but got {4 + len(header)}; copy or download it again")
    return struct.unpack(f">{dimensions}I", header)
