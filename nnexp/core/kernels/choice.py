"""Which kernel runs, where a person leaves it to us: a matter of the settings, the examples and what was built.

Never of a clock: the bits of `compiled` and of `numpy` differ, and what was chosen is part of a run's key.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnexp.core.examples import Examples
from nnexp.core.kernels import compiled, library
from nnexp.core.learning import Learning
from nnexp.errors import ConfigError

AUTO = "auto"
# BLAS is faster where all of this is exceeded: the share of inputs that are not zero, the weights of the first layer,
# and a batch's examples; at most 1.7 times, where the compiled kernel is up to 19 times faster elsewhere.
DENSE, WIDE, MANY = 2 / 3, 25_000, 31


@dataclass(frozen=True)
class Choice:
    """The kernel that runs, and why it is not the compiled one, if nobody asked for another."""

    kernel: str
    because: str = ""


def choose(wanted: str, examples: Examples, learning: Learning, activation: str, first: int) -> Choice:
    """Turn `auto` into the kernel that runs here; any other name stays. `first` neurons take the inputs.

    Raises
    ------
    ConfigError
        The compiled kernel is asked for and cannot run.
    """
    if wanted not in (AUTO, "compiled"):
        return Choice(wanted)
    lacking = _lacking(activation, learning)
    if wanted == AUTO:
        slow = f"the compiled kernel, several times as fast, cannot be used: {lacking}" if lacking else ""
        reason = slow or _dense(examples, learning.batch_size, first)
        return Choice("numpy", reason) if reason else Choice("compiled")
    if lacking:
        raise ConfigError(f"kernel=compiled cannot run here: {lacking}; kernel=numpy can")
    return Choice(wanted)


def describe() -> str:
    """Say what `auto` runs here: the compiled kernel and its vectors, or NumPy and why."""
    lacking = _not_built()
    return f"numpy, because the compiled one cannot be used: {lacking}" if lacking else f"compiled, {library.level()}"


def _dense(examples: Examples, batch_size: int, first: int) -> str:
    """Say why matrix products are faster than passing over zeros, or nothing."""
    some = examples.images[: compiled.SAMPLE]
    density = np.count_nonzero(some) / some.size
    if density <= DENSE or examples.images.shape[1] * first <= WIDE or batch_size <= MANY:
        return ""
    return f"{density:.0%} of the inputs are not zero, and with batch_size={batch_size} matrix products are faster"


def _lacking(activation: str, learning: Learning) -> str:
    """Say why the compiled kernel cannot run, or nothing."""
    for name, value, known in (
        ("activation", activation, library.ACTIVATIONS),
        ("cost", learning.cost, library.COSTS),
        ("optimiser", learning.optimiser, library.OPTIMISERS),
    ):
        if value not in known:
            return f"it has no {name} {value}"
    return _not_built()


def _not_built() -> str:
    try:
        library.level()
    except library.NotBuiltError as error:
        return str(error)
    return ""
