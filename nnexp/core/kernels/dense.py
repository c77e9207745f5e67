"""The network as matrix products, by NumPy and SciPy's BLAS: every input counts, zero or not.

A product's order of sums is BLAS's choice, which differs by CPU and by version, and its last bits with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nnexp.core.blas import Array
from nnexp.core.cost import COSTS
from nnexp.core.examples import Examples, Gatherer
from nnexp.core.gradient import backward
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.core.optimiser import OPTIMISERS

CHUNK = 1000  # examples at a time: large enough for BLAS, small enough for the cache


class DenseLearner:
    """Takes one network down the gradient of its cost on one training set."""

    def __init__(self, network: Network, examples: Examples, learning: Learning) -> None:
        sizes, dtype, n, m = network.sizes, network.dtype, len(examples), learning.batch_size
        self._network, self._learning, self._cost = network, learning, COSTS[learning.cost]
        self._optimiser = OPTIMISERS[learning.optimiser](network, learning)
        self._gather = Gatherer(examples, m, dtype)
        self._hidden = {rows: network.buffers(rows)[:-1] for rows in {m, n % m}}  # n % m: the last, smaller batch
        self._targets = examples.targets(sizes[-1], dtype)
        self._y, self._outputs = np.empty_like(self._targets), np.empty_like(self._targets)

    @property
    def memory(self) -> dict[str, Array]:
        """What the optimiser keeps."""
        return self._optimiser.memory

    def learn(self, order: NDArray[np.int64], eta: float) -> float:
        """Learn from the examples in this order, a batch at a time, and give the mean cost as each was learnt from."""
        m, decay = self._learning.batch_size, 1 - eta * self._learning.lmbda / len(self._targets)
        y, outputs = self._y[: len(order)], self._outputs[: len(order)]
        self._targets.take(order, axis=0, out=y, mode="clip")
        # Diverging parameters overflow on their way; whoever calls looks at where they end.
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(order), m):
                batch = slice(start, start + m)
                self._step(self._gather(order[batch]), y[batch], outputs[batch], eta, decay)
            return self._cost.mean(outputs, y)

    def _step(self, x: Array, y: Array, outputs: Array, eta: float, decay: float) -> None:
        network, optimiser, m = self._network, self._optimiser, len(x)
        values = [*self._hidden[m], outputs]
        network.forward(x, out=values)
        last = self._cost.delta(outputs, y, network.activations[-1])
        for k, delta in backward(network.weights, network.activations, values, last).items():
            if k not in self._learning.freeze:
                optimiser.update_weights(k, values[k - 1] if k else x, delta, alpha=-eta / m, decay=decay)
            optimiser.update_biases(k, delta, alpha=-eta / m)


class DensePredictor:
    """Computes a network's outputs for one set of examples, and what they cost."""

    def __init__(self, network: Network, examples: Examples) -> None:
        rows = min(CHUNK, len(examples))
        self._network, self._n = network, len(examples)
        self._gather = Gatherer(examples, rows, network.dtype)
        self._hidden = network.buffers(rows)[:-1]
        self._targets = examples.targets(network.sizes[-1], network.dtype)
        self._outputs = np.empty_like(self._targets)

    def outputs(self) -> Array:
        """Compute the outputs (n, n_out); valid until the next call."""
        for start in range(0, self._n, CHUNK):
            chunk = self._outputs[start : start + CHUNK]
            x = self._gather(np.arange(start, start + len(chunk)))
            self._network.forward(x, out=[*(a[: len(chunk)] for a in self._hidden), chunk])
        return self._outputs

    def cost(self, outputs: Array, name: str) -> float:
        """Average the cost over the examples."""
        return COSTS[name].mean(outputs, self._targets)
