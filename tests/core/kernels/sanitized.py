"""Compares the kernel with the reference, built so that it ends the process where it leaves an array.

`LD_PRELOAD=libasan.so python -m tests.core.kernels.sanitized LIBRARY COUNT`, which test_builds.py does.
"""

import ctypes
import sys
from pathlib import Path
from random import Random

import numpy as np

from nnexp.core.kernels import build, library
from tests.core.kernels import cases

C = ctypes.CDLL(None)  # the sanitizer's own, as it was loaded first


def exactly(shape, dtype):
    """Make what library.aligned does, with nothing behind the end."""
    size, at = int(np.prod(shape)) * np.dtype(dtype).itemsize, ctypes.c_void_p()
    assert C.posix_memalign(ctypes.byref(at), ctypes.c_size_t(64), ctypes.c_size_t(size)) == 0
    ctypes.memset(at, 0, size)
    return np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(at.value)).view(dtype).reshape(shape)


def main(file, count):
    build.LIBRARY, library.aligned, cases.LEVELS = file, exactly, ("baseline",)
    for number in range(count):
        apart = cases.difference(cases.random_case(Random(number)))
        assert not apart, (number, apart)
    print(f"{count} cases")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
