"""Stochastic gradient descent over mini-batches, the book's way of learning.

An epoch shuffles the n training examples, and takes them m at a time: forward, back, and an update of every layer by
the optimiser (nnexp.core.optimiser has the formulas). The weights of frozen layers are left alone; their biases learn.
This module knows nothing of evaluation.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from nnexp.core.activation import check_learnable
from nnexp.core.blas import Array
from nnexp.core.cost import COSTS
from nnexp.core.examples import Examples, Gatherer
from nnexp.core.gradient import backward
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.core.optimiser import OPTIMISERS
from nnexp.core.registry import look_up
from nnexp.core.schedule import stages
from nnexp.errors import ConfigError


def check_learning(learning: Learning, *, depth: int, n: int, activation: str = "sigmoid") -> None:
    """Refuse settings with which a network of `depth` layers of weights cannot learn from n examples.

    Raises
    ------
    ConfigError
        The first setting that is out of its range.
    """
    check_learnable(activation)
    stages(learning.eta)
    look_up("cost", learning.cost, COSTS)
    look_up("optimiser", learning.optimiser, OPTIMISERS)
    layers = range(depth)
    if not 1 <= learning.batch_size <= n:
        raise ConfigError(f"batch_size must be between 1 and {n} (the training set), but got {learning.batch_size}")
    if learning.epochs < 1:
        raise ConfigError(f"epochs must be at least 1, but got {learning.epochs}")
    if not 0 <= learning.lmbda < np.inf:
        raise ConfigError(f"lmbda must be a finite number, 0 or above, but got {learning.lmbda}")
    if not 0 <= learning.mu < 1:
        raise ConfigError(f"mu must be 0 or above, and below 1, but got {learning.mu}")
    if not set(learning.freeze) <= set(layers) or set(learning.freeze) == set(layers):
        raise ConfigError(
            f"freeze must list layers from 0 to {layers[-1]} and leave one to learn, but got {list(learning.freeze)}"
        )


class Descent:
    """Takes one network down the gradient of its cost on one training set, an epoch at a time."""

    def __init__(self, network: Network, examples: Examples, learning: Learning) -> None:
        check_learning(learning, depth=len(network.weights), n=len(examples), activation=network.activation)
        sizes, dtype, n, m = network.sizes, network.dtype, len(examples), learning.batch_size
        examples.check_fit(sizes[0], sizes[-1])
        self._network, self._learning, self._cost = network, learning, COSTS[learning.cost]
        self._optimiser = OPTIMISERS[learning.optimiser](network, learning)
        self._gather = Gatherer(examples, m, dtype)
        self._hidden = {rows: network.buffers(rows)[:-1] for rows in {m, n % m}}  # n % m: the last, smaller batch
        self._targets = examples.targets(sizes[-1], dtype)
        self._y, self._outputs = np.empty_like(self._targets), np.empty_like(self._targets)

    def epoch(self, eta: float, rng: Generator) -> float:
        """Learn from every example once, and give the mean cost of the outputs as each was learnt from."""
        n, m = len(self._targets), self._learning.batch_size
        decay = 1 - eta * self._learning.lmbda / n
        order = rng.permutation(n) if self._learning.shuffle else np.arange(n)
        self._targets.take(order, axis=0, out=self._y, mode="clip")
        # Diverging parameters overflow on their way; whoever calls looks at where they end.
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, n, m):
                batch = slice(start, start + m)
                self._step(self._gather(order[batch]), self._y[batch], self._outputs[batch], eta, decay)
            return self._cost.mean(self._outputs, self._y)

    def _step(self, x: Array, y: Array, outputs: Array, eta: float, decay: float) -> None:
        network, optimiser, m = self._network, self._optimiser, len(x)
        values = [*self._hidden[m], outputs]
        network.forward(x, out=values)
        last = self._cost.delta(outputs, y, network.activations[-1])
        for k, delta in backward(network.weights, network.activations, values, last).items():
            if k not in self._learning.freeze:
                optimiser.update_weights(k, values[k - 1] if k else x, delta, alpha=-eta / m, decay=decay)
            optimiser.update_biases(k, delta, alpha=-eta / m)
