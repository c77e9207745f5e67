"""Loads the compiled kernel: the build that this CPU can run, or the one that NNEXP_SIMD names."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nnexp.core.blas import Array
from nnexp.core.kernels import build
from nnexp.errors import ConfigError

LEVELS = tuple(build.X86)  # of vectors, narrow to wide: an index here is what cpu.c answers
SIMD = "NNEXP_SIMD"
ACTIVATIONS, COSTS, OPTIMISERS = (  # by their numbers in kernel.c
    ("sigmoid", "tanh", "relu", "step"),
    ("quadratic", "cross_entropy"),
    ("sgd", "momentum"),
)

_NUMBER, _POINTER, _REAL = ctypes.c_int64, ctypes.c_void_p, {"float32": ctypes.c_float, "float64": ctypes.c_double}


class Layer(ctypes.Structure):
    """`struct layer` of kernel.c."""

    _fields_ = [
        *((name, _NUMBER) for name in ("n_in", "n_out", "depth", "width", "activation", "frozen")),
        *((name, _POINTER) for name in ("weights", "turned", "biases")),
        ("velocities", _POINTER * 3),
        *((name, _POINTER) for name in ("values", "deltas")),
    ]


class Images(ctypes.Structure):
    """`struct images` of kernel.c."""

    _fields_ = [("bands", _NUMBER), *((name, _POINTER) for name in ("starts", "pixels", "values", "labels"))]


class Learning(ctypes.Structure):
    """`struct learning` of kernel.c."""

    _fields_ = [
        *((name, ctypes.c_double) for name in ("eta", "decay", "mu")),
        *((name, _NUMBER) for name in ("batch_size", "cost", "momentum")),
    ]


@dataclass(frozen=True)
class Functions:
    """The kernel's functions in one precision, at one level; kernel.c says what they take."""

    level: str
    lanes: int  # numbers in a vector
    learn: Callable[..., None]
    predict: Callable[..., None]
    cost: Callable[..., float]
    pack: Callable[..., int]


class NotBuiltError(Exception):
    """There is no compiled kernel to load; the message says why."""


def functions(dtype: str) -> Functions:
    """Give the kernel's functions, at the level that NNEXP_SIMD names or at the widest that the CPU has.

    Raises
    ------
    NotBuiltError
        The library is missing, or was built from another version of its source.
    ConfigError
        NNEXP_SIMD names a level that does not exist, or that the CPU lacks.
    """
    return _functions(_library(build.LIBRARY), dtype, level())


def level() -> str:
    """Name the level of vectors that runs here."""
    able = LEVELS[: _library(build.LIBRARY).nnexp_level() + 1]
    chosen = os.environ.get(SIMD, "")
    if chosen and chosen not in able:
        raise ConfigError(f"{SIMD} must be one of {', '.join(able)}, which this CPU can run, but got {chosen!r}")
    return chosen or able[-1]


@cache
def _library(file: Path) -> ctypes.CDLL:
    if not file.exists():
        raise NotBuiltError("it was not built when nnexp was installed, for want of a C compiler")
    try:
        library = ctypes.CDLL(str(file))
    except OSError as error:  # of another architecture, say, or on a file system from which nothing may be executed
        raise NotBuiltError(f"it cannot be loaded ({error}); install nnexp again") from error
    library.nnexp_source.restype = ctypes.c_char_p
    if library.nnexp_source().decode() != build.source_digest():
        raise NotBuiltError("it was built from another version of its source; install nnexp again")
    return library


@cache
def _functions(library: ctypes.CDLL, dtype: str, level: str) -> Functions:
    def function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        found = library[f"nnexp_{name}_{dtype}_{level}"]
        found.restype, found.argtypes = result, arguments
        return found

    layers, images, learning = (ctypes.POINTER(kind) for kind in (Layer, Images, Learning))
    number, array, real = _NUMBER, _POINTER, _REAL[dtype]
    return Functions(
        level,
        function("lanes", number)(),
        learn=function("learn", None, layers, number, images, array, number, learning, array),
        predict=function("predict", None, layers, number, images, array, number, number, array),
        cost=function("cost", ctypes.c_double, array, array, array, number, number, number),
        pack=function("pack", number, *(array,) * 3, number, number, real, number, array, number, array, array, number),
    )


def aligned(shape: tuple[int, ...], dtype: Any) -> Array:
    """Make an array of zeros that begins at a multiple of 64 bytes, as the kernel's vectors do."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    room = np.zeros(size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].view(dtype).reshape(shape)  # type: ignore[no-any-return]
