"""The parameters that a network starts with: the ways to draw them, in INITS by their names.

`normal` is the book's first: all from the standard normal distribution. `uniform_bias` draws the biases from [0, 1),
as one of the notebooks does. `scaled`, the book's later one, divides the weights by sqrt(n_in), so that a neuron with
many inputs does not start saturated; relu neurons, which pass on half of what they get, by sqrt(n_in / 2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from nnexp.core.activation import Activation
from nnexp.core.draws import Floats, normal, uniform


@dataclass(frozen=True)
class Init:
    """How one layer starts: what its biases are drawn from, and whether its weights suit their number and neurons."""

    biases: Callable[[Generator, int], Floats] = normal
    scaled: bool = False


INITS = {"normal": Init(), "uniform_bias": Init(biases=uniform), "scaled": Init(scaled=True)}


def draw(
    sizes: Sequence[int], init: Init, activations: Sequence[Activation], rng: Generator
) -> tuple[list[Floats], list[Floats]]:
    """Draw weights, each (n_out, n_in), and biases, each (n_out,); the biases first, as the book does.

    Always in float64: whoever wants less precision rounds, and starts at the same place.
    """
    biases = [init.biases(rng, n_out) for n_out in sizes[1:]]
    weights = [normal(rng, n_out, n_in) for n_in, n_out in pairwise(sizes)]
    if init.scaled:
        pairs = zip(weights, activations, strict=True)
        weights = [w / np.sqrt(w.shape[1] / activation.gain) for w, activation in pairs]
    return weights, biases
