"""What a mini-batch's gradient does to the parameters.

For a mini-batch of m examples, with n examples in the training set and nabla the sum of their gradients:

    sgd (the book's chapter 1)        w -> decay w - (eta / m) nabla_w          b -> b - (eta / m) nabla_b
    momentum (the book's chapter 3)   v -> mu v - (eta / m) nabla_w             the same for b, with a v of its own
                                      w -> decay w + v                          b -> b + v

where decay = 1 - eta lmbda / n. An optimiser is a class here and a line in OPTIMISERS. It is handed an error delta and
not a gradient, so that BLAS can add the gradient to what is updated as it computes it. It knows no frozen layers:
weights that stay as they are, it is not told of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from nnexp.core.blas import Array, add_product, add_row_sum
from nnexp.core.learning import Learning
from nnexp.core.network import Network


class Optimiser(ABC):
    """Updates one network's parameters in place, layer k by layer; `alpha` is -eta / m."""

    def __init__(self, network: Network, learning: Learning) -> None:
        """Begin; `learning` has the optimiser's own settings."""
        self.weights, self.biases, self.learning = network.weights, network.biases, learning
        self.memory: dict[str, Array] = {}  # what it keeps from batch to batch, by name; it may be written over

    @abstractmethod
    def update_weights(self, k: int, a: Array, delta: Array, *, alpha: float, decay: float) -> None:
        """Update weights[k], for inputs a (m, n_in) of the layer and its error delta (m, n_out)."""

    @abstractmethod
    def update_biases(self, k: int, delta: Array, *, alpha: float) -> None:
        """Update biases[k]."""


class Sgd(Optimiser):
    """Go down the gradient."""

    def update_weights(self, k: int, a: Array, delta: Array, *, alpha: float, decay: float) -> None:
        """Update weights[k]."""
        add_product(delta.T, a, out=self.weights[k], alpha=alpha, beta=decay)

    def update_biases(self, k: int, delta: Array, *, alpha: float) -> None:
        """Update biases[k]."""
        add_row_sum(delta, out=self.biases[k], alpha=alpha)


class Momentum(Optimiser):
    """Gather speed down the gradient: each parameter has a velocity, at first 0."""

    def __init__(self, network: Network, learning: Learning) -> None:
        """Begin at rest."""
        super().__init__(network, learning)
        self._weight_velocities = [np.zeros_like(w) for w in network.weights]
        self._bias_velocities = [np.zeros_like(b) for b in network.biases]
        self.memory = name_velocities(self._weight_velocities, self._bias_velocities)

    def update_weights(self, k: int, a: Array, delta: Array, *, alpha: float, decay: float) -> None:
        """Update weights[k] and its velocity."""
        w, v = self.weights[k], self._weight_velocities[k]
        add_product(delta.T, a, out=v, alpha=alpha, beta=self.learning.mu)
        if decay != 1:
            w *= decay
        w += v

    def update_biases(self, k: int, delta: Array, *, alpha: float) -> None:
        """Update biases[k] and its velocity."""
        v = self._bias_velocities[k]
        add_row_sum(delta, out=v, alpha=alpha, beta=self.learning.mu)
        self.biases[k] += v


def name_velocities(weights: Sequence[Array], biases: Sequence[Array]) -> dict[str, Array]:
    """Name the velocities of a network's weights and biases, of each layer: velocity_weights_0, velocity_biases_0."""
    kinds = {"weights": weights, "biases": biases}
    return {f"velocity_{kind}_{k}": v for kind, arrays in kinds.items() for k, v in enumerate(arrays)}


OPTIMISERS: dict[str, type[Optimiser]] = {"sgd": Sgd, "momentum": Momentum}
