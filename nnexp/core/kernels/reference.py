"""The order of operations, as a reader follows it: every sum a loop, every step a line. Slow, and exact.

An elementwise addition, subtraction, multiplication, division or comparison of NumPy is IEEE-754's, rounded once: the
same on every machine. Nothing here is a sum or a product of NumPy's own (`@`, `sum`, `exp`), whose order it chooses.
kernel.c gives the bits of this module; the tests hold the two together.

Shapes are those of nnexp.core.network: inputs (m, n_in), weights (n_out, n_in), what a layer gives (m, n_out).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.core.blas import Array
from nnexp.core.examples import Examples
from nnexp.core.functions import VALUES, logarithm
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.core.optimiser import name_velocities

Order = NDArray[np.int64]


class ReferenceLearner:
    """Takes one network down the gradient of its cost on one training set."""

    def __init__(self, network: Network, examples: Examples, learning: Learning) -> None:
        self.network, self.examples, self.learning = network, examples, learning
        self.weight_velocities = [np.zeros_like(w) for w in network.weights]
        self.bias_velocities = [np.zeros_like(b) for b in network.biases]

    @property
    def memory(self) -> dict[str, Array]:
        """The velocities, where there is momentum."""
        momentum = self.learning.optimiser == "momentum"
        return name_velocities(self.weight_velocities, self.bias_velocities) if momentum else {}

    def learn(self, order: Order, eta: float) -> float:
        """Learn from the examples in this order, a batch at a time, and give the mean cost as each was learnt from."""
        network, learning = self.network, self.learning
        decay, outputs = 1 - eta * learning.lmbda / len(self.examples), []
        with np.errstate(all="ignore"):
            for start in range(0, len(order), learning.batch_size):
                batch = order[start : start + learning.batch_size]
                x = inputs(self.examples, batch, network)
                values = forward(network, x)
                outputs.append(values[-1])
                deltas = backward(network, values, self.examples.labels[batch], learning.cost)
                self.update([x, *values[:-1]], deltas, -eta / len(batch), decay)
            return cost(np.concatenate(outputs), self.examples.labels[order], learning.cost) / len(order)

    def update(self, layer_inputs: list[Array], deltas: list[Array], alpha: float, decay: float) -> None:
        """Take a step: each parameter is first made smaller, and then adds what each example of the batch says."""
        momentum, real = self.learning.optimiser == "momentum", self.network.dtype.type
        for k, (a, delta) in enumerate(zip(layer_inputs, deltas, strict=True)):
            w, b = self.network.weights[k], self.network.biases[k]
            add_to_w, add_to_b = (self.weight_velocities[k], self.bias_velocities[k]) if momentum else (w, b)
            step = delta * real(alpha)
            if k not in self.learning.freeze:
                add_to_w *= real(self.learning.mu if momentum else decay)
                for one, its_step in zip(a, step, strict=True):
                    seen = np.flatnonzero(one) if k == 0 else np.arange(len(one))
                    add_to_w[:, seen] += one[seen] * its_step[:, None]
                if momentum:
                    w *= real(decay)
                    w += add_to_w
            if momentum:
                add_to_b *= real(self.learning.mu)
            for its_step in step:
                add_to_b += its_step
            if momentum:
                b += add_to_b


class ReferencePredictor:
    """Computes a network's outputs for one set of examples, and what they cost."""

    def __init__(self, network: Network, examples: Examples) -> None:
        self.network, self.examples = network, examples

    def outputs(self) -> Array:
        """Compute the outputs (n, n_out)."""
        with np.errstate(all="ignore"):
            return forward(self.network, inputs(self.examples, np.arange(len(self.examples)), self.network))[-1]

    def cost(self, outputs: Array, name: str) -> float:
        """Average the cost over the examples."""
        return cost(outputs, self.examples.labels, name) / len(self.examples)


def inputs(examples: Examples, chosen: Order, network: Network) -> Array:
    """Turn images into inputs (m, n_in): first into the network's precision, then times the scale."""
    real: Any = network.dtype.type
    return examples.images[chosen].astype(real) * real(examples.scale)  # type: ignore[no-any-return]


def forward(network: Network, x: Array) -> list[Array]:
    """Compute what each layer gives. A sum begins with the bias, and adds the inputs in ascending order.

    The first layer passes over inputs that are zero.
    """
    values, a = [], x
    for k, (w, b, activation) in enumerate(zip(network.weights, network.biases, network.activations, strict=True)):
        z = np.tile(b, (len(x), 1))
        for i in range(w.shape[1]):
            seen = a[:, i] != 0 if k == 0 else slice(None)
            z[seen] += a[seen, i, None] * w[:, i]
        a = VALUES[activation.name](z)
        values.append(a)
    return values


def backward(network: Network, values: list[Array], labels: NDArray[Any], cost: str) -> list[Array]:
    """Compute each layer's error. A sum begins with 0, and adds what the neurons above give it, ascending."""
    delta = values[-1].copy()
    delta[np.arange(len(labels)), labels] -= 1
    if cost == "quadratic":
        delta *= network.activations[-1].prime(values[-1])
    deltas = [delta]
    for k in range(len(values) - 1, 0, -1):
        above, delta = delta, np.zeros_like(values[k - 1])
        for o in range(above.shape[1]):
            delta += above[:, o, None] * network.weights[k][o]
        delta *= network.activations[k - 1].prime(values[k - 1])
        deltas.insert(0, delta)
    return deltas


def cost(outputs: Array, labels: NDArray[Any], name: str) -> float:
    """Sum the examples' costs in their order, in float64: each one is the sum over its outputs, ascending."""
    total = np.float64(0)
    each = np.zeros(len(outputs))
    eps = np.finfo(outputs.dtype).eps
    for j in range(outputs.shape[1]):
        a, wanted = outputs[:, j], labels == j
        if name == "quadratic":
            miss = (a - wanted.astype(a.dtype)).astype(np.float64)
            each += miss * miss / 2
        else:
            inside = np.where(a < eps, eps, np.where(a > 1 - eps, 1 - eps, a)).astype(np.float64)
            each -= logarithm(np.where(wanted, inside, 1 - inside))
    for one in each:
        total += one
    return float(total)
