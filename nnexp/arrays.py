"""Arrays into bytes, and out of what is not to be trusted: memory grows with what arrives, never with what it claims.

np.load would allocate whatever an array's header promises before it reads a byte; so only its header parser is used
here. Nothing is unpickled. Knows no file: a caller says where a stream comes from.
"""

from __future__ import annotations

import io
import math
import sys
import zipfile
from collections.abc import Callable, Mapping
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nnexp.errors import DataError

CHUNK = 1 << 20
COMMENT = b"nnexp format "  # of an .npz, and the number


def write_npz(arrays: Mapping[str, NDArray[Any]], number: int) -> bytes:
    """Write arrays as an .npz without pickles; its format is the archive's comment, which np.load passes over."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = COMMENT + str(number).encode()
    return buffer.getvalue()


def read_array(
    stream: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any], where: str, most: int | None = None
) -> NDArray[Any]:
    """Read the flat array that a header has promised, and refuse a stream that holds less or more.

    At most one byte too many is read: the byte that shows that more follow, and whose absence makes gzip and zip check
    their CRC. A promise of more than `most` bytes is refused at once.
    """
    size = math.prod(shape) * dtype.itemsize
    if most is not None and size > most:
        raise DataError(f"{where}: expected at most {most:,} bytes, but its header promises {size:,}")
    content = bytearray()
    while len(content) <= size and (chunk := stream.read(min(CHUNK, size + 1 - len(content)))):
        content += chunk
    if len(content) != size:
        got = f"only {len(content)}" if len(content) < size else "more"
        promise = f"{size} bytes for the shape {shape} in its header"
        raise DataError(f"{where}: expected {promise}, but got {got}; copy or download it again")
    return np.frombuffer(content, dtype) if size else np.empty(math.prod(shape), dtype)


def read_npy(
    stream: IO[bytes],
    where: str,
    most: int | None = None,
    check: Callable[[tuple[int, ...], np.dtype[Any]], None] = lambda shape, dtype: None,  # noqa: ARG005
) -> NDArray[Any]:
    """Read an array in NumPy's own format, as an .npz holds it: numbers or text, and no objects.

    `check` may refuse what the header promises.
    """
    parse = npy.read_array_header_1_0 if npy.read_magic(stream) == (1, 0) else npy.read_array_header_2_0
    shape, in_fortran_order, dtype = parse(stream)
    if dtype.hasobject:
        remedy = "save it as numbers or, with astype(str), as text (pickles are never loaded: they can run code)"
        raise DataError(f"{where}: expected numbers, but got pickled objects; {remedy}")
    check(shape, dtype)
    flat = read_array(stream, shape, dtype, where, most)
    if dtype.kind == "U" and flat.nbytes and flat.view(dtype.byteorder + "u4").max() > sys.maxunicode:
        raise DataError(f"{where}: expected text, but got numbers that are no characters")  # which Python cannot hold
    return flat.reshape(shape, order="F" if in_fortran_order else "C")
