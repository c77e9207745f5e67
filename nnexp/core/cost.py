"""How wrong the network's outputs are, and the error `delta` that starts backpropagation.

`a` holds the outputs and `y` the desired outputs, both (n, n_out), all of them between 0 and 1; the output layer sees
to that (nnexp.core.activation). `delta` is the derivative of one example's cost by the output layer's weighted input z.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from nnexp.core.activation import SIGMOID, Activation
from nnexp.core.blas import Array


class Cost(ABC):
    """A cost function, registered in COSTS by its name: adding one is writing it here."""

    @abstractmethod
    def mean(self, a: Array, y: Array) -> float:
        """Average the cost over the n examples."""

    @abstractmethod
    def derivative(self, a: Array, y: Array) -> Array:
        """Compute the derivative of each example's cost by its outputs, (n, n_out)."""

    def delta(self, a: Array, y: Array, activation: Activation) -> Array:
        """Compute each example's error, (n, n_out), for outputs of neurons with this activation."""
        delta = self.derivative(a, y)
        delta *= activation.prime(a)
        return delta


class Quadratic(Cost):
    """Half the squared distance, |a - y|^2 / 2: delta is small where a sigmoid is saturated, even if it is wrong."""

    def mean(self, a: Array, y: Array) -> float:
        """Average the cost over the n examples."""
        return float(np.square(a - y).sum(dtype=np.float64)) / (2 * len(a))

    def derivative(self, a: Array, y: Array) -> Array:
        """Compute a - y."""
        return a - y


class CrossEntropy(Cost):
    """The sum over outputs of -y ln a - (1 - y) ln(1 - a).

    An output that was rounded to 0 or 1 counts as `eps` away from it, so that one wrong and wholly certain output costs
    much (16 in float32) and not infinitely much.
    """

    def mean(self, a: Array, y: Array) -> float:
        """Average the cost over the n examples."""
        a = _inside(a)
        return -float((y * np.log(a) + (1 - y) * np.log1p(-a)).sum(dtype=np.float64)) / len(a)

    def derivative(self, a: Array, y: Array) -> Array:
        """Compute (a - y) / (a (1 - a))."""
        a = _inside(a)
        return (a - y) / (a * (1 - a))  # type: ignore[no-any-return]

    def delta(self, a: Array, y: Array, activation: Activation) -> Array:
        """Compute each example's error: for sigmoid neurons a - y, because their slope cancels."""
        return a - y if activation is SIGMOID else super().delta(a, y, activation)


COSTS: dict[str, Cost] = {"quadratic": Quadratic(), "cross_entropy": CrossEntropy()}


def _inside(a: Array) -> Array:
    eps = np.finfo(a.dtype).eps
    return np.clip(a, eps, 1 - eps)
