"""The parameters that a network starts with.

`normal` is the book's first: all from the standard normal distribution. `uniform_bias` draws the biases from [0, 1),
as one of the notebooks does. `scaled`, the book's later one, divides the weights by sqrt(n_in), so that a neuron with
many inputs does not start saturated.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]

INITS = ("normal", "uniform_bias", "scaled")


def draw(sizes: Sequence[int], init: str, rng: Generator) -> tuple[list[Floats], list[Floats]]:
    """Draw weights, each (n_out, n_in), and biases, each (n_out,); the biases first, as the book does.

    Always in float64: whoever wants less precision rounds, and starts at the same place.
    """
    draw_biases = rng.random if init == "uniform_bias" else rng.standard_normal
    biases = [draw_biases(n_out) for n_out in sizes[1:]]
    weights = [rng.standard_normal((n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    if init == "scaled":
        weights = [w / np.sqrt(w.shape[1]) for w in weights]
    return weights, biases
