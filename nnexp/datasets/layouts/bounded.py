"""Arrays out of a stream whose header is not to be trusted. Knows no file format."""

from __future__ import annotations

import math
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from nnexp.errors import DataError

CHUNK = 1 << 20


def read_array(stream: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any], where: str) -> NDArray[Any]:
    """Read the flat array that a header has promised, and refuse a stream that holds less or more.

    Memory grows with what arrives, never with what the header claims, and at most one byte too many is read: the byte
    that shows that more follow, and whose absence makes gzip and zip check their CRC.
    """
    if any(length < 1 for length in shape):
        raise DataError(f"{where}: expected at least one example and one pixel, but got the shape {shape}")
    size = math.prod(shape) * dtype.itemsize
    content = bytearray()
    while len(content) <= size and (chunk := stream.read(min(CHUNK, size + 1 - len(content)))):
        content += chunk
    if len(content) != size:
        got = f"only {len(content)}" if len(content) < size else "more"
        promise = f"{size} bytes for the shape {shape} in its header"
        raise DataError(f"{where}: expected {promise}, but got {got}; copy or download it again")
    return np.frombuffer(content, dtype)
