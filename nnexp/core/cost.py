"""How wrong the network's outputs are, and the error `delta` that starts backpropagation.

`a` holds the outputs and `y` the desired outputs, both (n, n_out); `delta` is the derivative of one example's cost by
the last layer's weighted input z, for sigmoid neurons.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from nnexp.core.activation import sigmoid_prime
from nnexp.core.blas import Array
from nnexp.errors import ConfigError


class Cost(Protocol):
    """A cost function."""

    def mean(self, a: Array, y: Array) -> float:
        """Average the cost over the n examples."""
        ...

    def delta(self, a: Array, y: Array) -> Array:
        """Compute each example's error, (n, n_out)."""
        ...


class Quadratic:
    """Half the squared distance, |a - y|^2 / 2."""

    def mean(self, a: Array, y: Array) -> float:
        """Average the cost over the n examples."""
        return float(np.square(a - y).sum(dtype=np.float64)) / (2 * len(a))

    def delta(self, a: Array, y: Array) -> Array:
        """Compute (a - y) a (1 - a): small where a neuron is saturated, even if it is wrong."""
        return (a - y) * sigmoid_prime(a)


class CrossEntropy:
    """The sum over outputs of -y ln a - (1 - y) ln(1 - a)."""

    def mean(self, a: Array, y: Array) -> float:
        """Average the cost over the n examples.

        An output that was rounded to 0 or 1 counts as `eps` away from it, so that one wrong and wholly certain output
        costs much (16 in float32) and not infinitely much.
        """
        eps = np.finfo(a.dtype).eps
        a = np.clip(a, eps, 1 - eps)
        return -float((y * np.log(a) + (1 - y) * np.log1p(-a)).sum(dtype=np.float64)) / len(a)

    def delta(self, a: Array, y: Array) -> Array:
        """Compute a - y: the slope of the sigmoid cancels."""
        return a - y


COSTS: dict[str, Cost] = {"quadratic": Quadratic(), "cross_entropy": CrossEntropy()}


def cost_named(name: str) -> Cost:
    """Look a cost up by its name, or raise ConfigError."""
    if name not in COSTS:
        raise ConfigError(f"cost must be one of {', '.join(COSTS)}, but got {name!r}")
    return COSTS[name]
