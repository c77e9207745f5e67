"""The one matrix product that the network is made of, done by BLAS in place.

NumPy's `matmul` can overwrite its result but not add to it. BLAS's `gemm` does both, and so turns a gradient and the
update that it makes into one call with no array in between. This module knows nothing of networks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dgemm, sgemm

Array = NDArray[Any]  # float32 or float64, one of them throughout a network

_GEMM = {np.dtype(np.float32): sgemm, np.dtype(np.float64): dgemm}


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
