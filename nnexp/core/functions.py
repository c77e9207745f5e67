"""Functions of one number that give the same bits on every machine: Cephes' polynomials, by S. Moshier.

They are made of elementwise additions, subtractions, multiplications, divisions and comparisons alone, each of which
IEEE-754 rounds in one way; `np.exp`, `np.log` and `np.tanh` are the machine's. kernel.c has the same, line by line.
Source: Cephes Mathematical Library, single/expf.c, single/tanhf.c, double/exp.c, double/tanh.c, double/log.c.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnexp.core.blas import Array

BOUND = {4: 87, 8: 708}  # by the bytes of a number: exp of it, either way, is still a normal number


def polynomial(x: Any, *coefficients: float, monic: bool = False) -> Any:
    """Evaluate a polynomial by Horner's rule, the highest power first; `monic` begins with x + the first."""
    real = x.dtype.type
    value = x + real(coefficients[0]) if monic else np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * x + real(coefficient)
    return value


def exponential(x: Any) -> Any:
    """Compute exp(x) of an array, for x from -BOUND to BOUND."""
    real, single = x.dtype.type, x.itemsize == 4
    magic = real(12582912.0 if single else 6755399441055744.0)  # a sum with it is rounded to a whole number
    shifted = x * real(1.44269504088896340736) + magic
    n = shifted - magic  # x = n ln 2 + r
    high, low = (0.693359375, -2.12194440e-4) if single else (6.93145751953125e-1, 1.42860682030941723212e-6)
    r = x - n * real(high) - n * real(low)
    square = r * r
    if single:
        power = ((shifted.view(np.uint32) + np.uint32(127)) << np.uint32(23)).view(np.float32)
        p = polynomial(
            r, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1
        )
        return (p * square + r + real(1)) * power
    power = ((shifted.view(np.uint64) + np.uint64(1023)) << np.uint64(52)).view(np.float64)
    p = polynomial(square, 1.26177193074810590878e-4, 3.02994407707441961300e-2, 9.99999999999999999910e-1) * r
    q = polynomial(square, 3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.0)
    return (real(2) * (p / (q - p)) + real(1)) * power


def logarithm(x: Any) -> Any:
    """Compute ln(x) of an array of float64, normal numbers above 0."""
    m, e = np.frexp(x)  # x = m 2^e, m from 1/2 to 1
    lower = m < 0.70710678118654752440
    r = np.where(lower, 2 * m, m) - 1
    e = np.where(lower, e - 1, e).astype(np.float64)
    square = r * r
    p = polynomial(
        r,
        *(1.01875663804580931796e-4, 4.97494994976747001425e-1, 4.70579119878881725854e0),
        *(1.44989225341610930846e1, 1.79368678507819816313e1, 7.70838733755885391666e0),
    )
    q = polynomial(
        r,
        *(1.12873587189167450590e1, 4.52279145837532221105e1, 8.29875266912776603211e1),
        *(7.11544750618563894466e1, 2.31251620126765340583e1),
        monic=True,
    )
    y = r * (square * p / q) - e * 2.121944400546905827679e-4 - 0.5 * square
    return r + y + e * 0.693359375


def sigmoid(z: Any) -> Any:
    """Compute 1 / (1 + exp(-z))."""
    one = z.dtype.type(1)
    return one / (one + exponential(_within(BOUND[z.itemsize], -z)))


def tanh(z: Any) -> Any:
    """Compute the hyperbolic tangent."""
    real = z.dtype.type
    size, square = np.where(z < 0, -z, z), z * z
    large = real(1) - real(2) / (exponential(_within(BOUND[z.itemsize], real(2) * size)) + real(1))
    if z.itemsize == 4:
        p = polynomial(
            square, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1
        )
        q = np.ones_like(z)
    else:
        p = polynomial(square, -9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3)
        q = polynomial(square, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3, monic=True)
    small = z + z * square * (p / q)
    return np.where(size < real(0.625), small, np.where(z < 0, -large, large))


def _within(bound: float, x: Any) -> Any:
    limit = x.dtype.type(bound)
    return np.where(x < -limit, -limit, np.where(x > limit, limit, x))


VALUES: dict[str, Callable[[Array], Array]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": lambda z: np.where(z < 0, z.dtype.type(0), z),
    "step": lambda z: np.where(z > 0, z.dtype.type(1), z.dtype.type(0)),
}
