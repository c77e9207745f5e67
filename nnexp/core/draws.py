"""Random numbers that are the same on every machine and with every NumPy.

NumPy promises the 64-bit integers of a bit generator for ever, and not what `Generator` makes of them (NEP 19), which
asks the machine's own `log` besides. So all that is left to chance is made of those integers here.
"""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.random import MT19937, PCG64, Generator
from numpy.typing import NDArray

from nnexp.core.functions import logarithm, polynomial
from nnexp.errors import DataError

Floats = NDArray[np.float64]
HALF = 1 << 64


def integers(rng: Generator, n: int) -> NDArray[np.uint64]:
    """Draw n whole numbers from 0 to 2^64 - 1: the next ones of the bit generator, which must give as many bits."""
    assert not isinstance(rng.bit_generator, MT19937), "MT19937 gives 32 bits at a time"
    return np.asarray(rng.bit_generator.random_raw(n), np.uint64)


def uniform(rng: Generator, *shape: int) -> Floats:
    """Draw from [0, 1): the first 53 bits of an integer, as a fraction."""
    bits = (integers(rng, prod(shape)) >> np.uint64(11)).astype(np.float64)
    return (bits * 2.0**-53).reshape(shape)


def normal(rng: Generator, *shape: int) -> Floats:
    """Draw from the standard normal distribution: its quantile at the first 52 bits of an integer and a half."""
    bits = (integers(rng, prod(shape)) >> np.uint64(12)).astype(np.float64)
    return normal_quantile((bits + 0.5) * 2.0**-52).reshape(shape)


def shuffled(rng: Generator, n: int) -> NDArray[np.int64]:
    """Put 0 to n - 1 in an order drawn from all of them.

    Each number draws an integer, and they are sorted by it. The number itself stands in the integer's last bits, so no
    two are equal and every way to sort gives one order.
    """
    bits = np.uint64(max(n - 1, 1).bit_length())
    keys = integers(rng, n) >> bits << bits | np.arange(n, dtype=np.uint64)
    keys.sort()
    return (keys & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)


def position(rng: Generator) -> NDArray[np.uint64]:
    """Tell where a PCG64 stands: its state and its increment, 128 bits each, as four numbers, the higher half first."""
    assert isinstance(rng.bit_generator, PCG64), "the position of another generator is something else"
    state: dict[str, int] = rng.bit_generator.state["state"]  # type: ignore[assignment]
    return np.array([half for name in ("state", "inc") for half in divmod(state[name], HALF)], np.uint64)


def move(rng: Generator, to: NDArray[np.uint64]) -> None:
    """Have a PCG64 go on from a position.

    Raises
    ------
    DataError
        For what is no position.
    """
    if to.shape != (4,) or to.dtype != np.uint64 or not int(to[3]) & 1:  # an increment is odd
        raise DataError(f"expected the position of a generator, four uint64, but got {to.dtype} {to.shape}")
    state, inc = (int(high) * HALF + int(low) for high, low in to.reshape(2, 2))
    rng.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": state, "inc": inc},
        "has_uint32": 0,
        "uinteger": 0,
    }


def normal_quantile(p: Floats) -> Floats:
    """Compute where the standard normal distribution reaches p, each of 0 < p < 1.

    Source: M. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37
    (1988), PPND16: accurate to 1 part in 10^16. Made of nnexp.core.functions, square roots and elementwise arithmetic.
    """
    q = p - 0.5
    value = q * _ratio(
        0.180625 - q * q,
        (
            *(2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4),
            *(1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
        ),
        (
            *(5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4),
            *(5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
        ),
    )
    tail = np.flatnonzero(np.abs(q) > 0.425)
    r = np.sqrt(-logarithm(np.minimum(p[tail], 1 - p[tail])))
    near = _ratio(
        r - 1.6,
        (
            *(7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258),
            *(3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734),
        ),
        (
            *(1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2),
            *(1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0),
            *(2.05319162663775882187e0, 1.0),
        ),
    )
    far = _ratio(
        r - 5.0,
        (
            *(2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3),
            *(2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0),
            *(5.46378491116411436990e0, 6.65790464350110377720e0),
        ),
        (
            *(2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5),
            *(7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1),
            *(5.99832206555887937690e-1, 1.0),
        ),
    )
    beyond = np.where(r <= 5, near, far)
    value[tail] = np.where(q[tail] < 0, -beyond, beyond)
    return value


def _ratio(x: Floats, above: tuple[float, ...], below: tuple[float, ...]) -> Floats:
    return polynomial(x, *above) / polynomial(x, *below)  # type: ignore[no-any-return]
