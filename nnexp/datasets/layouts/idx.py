"""A folder of IDX files, as MNIST is published and its kin (EMNIST, QMNIST, torchvision's raw), each plain or gzip.

A file is the bytes 0 0 TYPE DIMENSIONS, then each dimension as a big-endian uint32, then the values, big-endian too, in
C order. Source: http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from nnexp.arrays import read_array
from nnexp.datasets.content import PARTS, TEST, TRAIN, VAL, is_inputs
from nnexp.datasets.layouts.layout import Found, check_not_empty, check_room
from nnexp.datasets.layouts.naming import part_of
from nnexp.datasets.options import Options
from nnexp.errors import DataError

NAME = "idx"
FILE = re.compile(
    r"(?P<set>.*?)[-_.]?(?P<part>train|t10k|test|valid(?:ation)?|val)[-_.](?P<kind>images|labels)"
    r"[-_.]idx\d[-_.](?:ubyte|byte|short|int|float|double)(?P<packed>\.gz)?",
    re.IGNORECASE,
)
SPELLED = {TRAIN: "train", TEST: "t10k", VAL: "val"}
KINDS = {"x": "images-idx3", "y": "labels-idx1"}
WANTED = "a folder of IDX files (train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz], t10k-…)"
GZIP_MAGIC = b"\x1f\x8b"
TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def find(path: Path, options: Options) -> Found | None:  # noqa: ARG001
    """Find the files of a folder, or of the one among several data sets that a file of it names."""
    folder = path if path.is_dir() else path.parent
    named = FILE.fullmatch(path.name)
    if not path.is_dir() and not named:
        return None
    matches = [(file, match) for file in sorted(folder.iterdir()) if (match := FILE.fullmatch(file.name))]
    sets = sorted({match["set"] for _, match in matches})
    if not sets:
        return None
    if named:
        chosen = named["set"]
    elif len(sets) == 1:
        (chosen,) = sets
    else:
        first = next(file for file, _ in matches)
        raise DataError(
            f"{folder}: expected one data set, but got {', '.join(sets)}; name a file of the one: dataset.path={first}"
        )
    return _of_set(
        {(_role(match), bool(match["packed"])): file for file, match in matches if match["set"] == chosen}, folder
    )


def _of_set(spellings: dict[tuple[str, bool], Path], folder: Path) -> Found:
    files: dict[str, tuple[Path, ...]] = {}
    for part in PARTS:
        there = {kind: [spellings.get((f"{kind}_{part}", packed)) for packed in (False, True)] for kind in KINDS}
        if part != TRAIN and not any(any(both) for both in there.values()):
            continue
        for kind, (plain, packed) in there.items():
            if not plain and not packed:
                wanted = f"{SPELLED[part]}-{KINDS[kind]}-ubyte[.gz]"
                raise DataError(f"{folder}: expected {wanted}, but got nothing of that name")
            if plain and packed:
                _check_alike(plain, packed)
            files[f"{kind}_{part}"] = (cast(Path, plain or packed),)
    return Found(files)


def _role(match: re.Match[str]) -> str:
    return f"{'x' if match['kind'].lower() == 'images' else 'y'}_{part_of(match['part'])}"


def _check_alike(plain: Path, packed: Path) -> None:
    """Take the plain one of two files (torchvision leaves both) if they begin alike and are as long."""
    if not (plain.is_file() and packed.is_file()):
        return
    with packed.open("rb") as file:
        file.seek(-min(4, packed.stat().st_size), 2)
        length = int.from_bytes(file.read(), "little")
    with plain.open("rb") as one, _opened(packed) as other:
        same = length == plain.stat().st_size % (1 << 32) and one.read(1 << 16) == other.read(1 << 16)
    if not same:
        raise DataError(f"{plain.parent}: expected one file, but got {plain.name} and {packed.name}, which differ")


def read(files: tuple[Path, ...], name: str, options: Options) -> NDArray[Any]:  # noqa: ARG001
    """Read the images (`x_...`) or labels (`y_...`) in a file; its first bytes decide whether it is gzip."""
    (path,) = files
    with _opened(path) as stream:
        return _read(stream, path, name)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        is_gzip = file.read(2) == GZIP_MAGIC
        file.seek(0)
        if not is_gzip:
            yield file
            return
        try:
            yield cast(IO[bytes], gzip.GzipFile(fileobj=file))
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            damage = f"expected a whole gzip file, but it is damaged or cut off ({problem})"
            raise DataError(f"{path}: {damage}; copy or download it again") from problem


def _read(stream: IO[bytes], path: Path, name: str) -> NDArray[Any]:
    shape, dtype = _read_header(stream, path, name)
    check_not_empty(shape, str(path))
    check_room(shape, dtype, str(path))
    array = read_array(stream, shape, dtype, str(path)).reshape(shape)
    if not is_inputs(name) and array.ndim == 2:
        array = array[:, 0]  # QMNIST's labels: the class, the writer, ...
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read_header(stream: IO[bytes], path: Path, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    what, allowed = ("images", (3, 2, 4)) if is_inputs(name) else ("labels", (1, 2))
    magic = stream.read(4)
    if magic[:2] != b"\0\0" or len(magic) < 4 or magic[2] not in TYPES or magic[3] not in allowed:
        expected = f"an IDX file of {what} (first bytes 000008{allowed[0]:02x}, or another type than 08)"
        raise DataError(f"{path}: expected {expected}, but got {magic.hex() or 'an empty file'}; is it the right file?")
    dimensions = magic[3]
    header = stream.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        expected = f"an IDX header of {4 + 4 * dimensions} bytes"
        raise DataError(f"{path}: expected {expected}, but got {4 + len(header)}; copy or download it again")
    return struct.unpack(f">{dimensions}I", header), np.dtype(TYPES[magic[2]])
