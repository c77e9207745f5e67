"""The matrix product and the sum that the network is made of, done by BLAS in place.

NumPy's `matmul` can overwrite its result but not add to it. BLAS's `gemm` does both, and so turns a gradient and the
update that it makes into one call with no array in between. This module knows nothing of networks.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.linalg.blas import dgemm, sgemm

Array = NDArray[Any]  # of one of DTYPES throughout a network

DTYPES: dict[str, np.dtype[Any]] = {"float32": np.dtype(np.float32), "float64": np.dtype(np.float64)}

_GEMM = {DTYPES["float32"]: sgemm, DTYPES["float64"]: dgemm}


def add_product(a: Array, b: Array, *, out: Array, alpha: float = 1.0, beta: float = 1.0) -> None:
    """Set `out` to beta * out + alpha * a @ b.

    Parameters
    ----------
    a, b
        Matrices (n, k) and (k, m) of the same dtype as `out`, each of them contiguous or the transpose of a contiguous
        one. Anything else BLAS would copy.
    out
        Matrix (n, m), C-contiguous.
    alpha, beta
        Factors of the product and of what `out` holds.
    """
    # BLAS counts along columns first, so to it a C-ordered matrix is its own transpose: out.T = b.T @ a.T.
    a_turned = not a.flags.c_contiguous
    b_turned = not b.flags.c_contiguous
    gemm = _GEMM[out.dtype]
    gemm(alpha, b if b_turned else b.T, a if a_turned else a.T, beta, out.T, b_turned, a_turned, True)


def add_row_sum(a: Array, *, out: Array, alpha: float = 1.0, beta: float = 1.0) -> None:
    """Set `out` (m,) to beta * out + alpha * the sum of the rows of `a` (n, m), C-contiguous and of the same dtype."""
    gemm = _GEMM[out.dtype]
    gemm(alpha, a.T, _ones(len(a), a.dtype), beta, out[:, None], False, False, True)


@cache
def _ones(n: int, dtype: DTypeLike) -> Array:
    """A column of ones: the product with it is far faster than NumPy's sum when the rows are few."""
    return np.ones((n, 1), dtype)
