"""The per-example loop of Nielsen's network.py, as the notebooks have it, in Python 3 and with a seeded generator.

It stands here to be measured against and to check nnexp.core by; its arithmetic, on columns (n, 1), is kept as it is.
Source: M. Nielsen, "Neural Networks and Deep Learning", chapter 1, src/network.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Column = NDArray[Any]  # (n, 1)
Pair = tuple[Column, Column]  # x and y


class PerExampleNetwork:
    """The book's Network: weights (n_out, n_in) and biases (n_out, 1), float64."""

    def __init__(self, sizes: Sequence[int], rng: Generator) -> None:
        self.num_layers = len(sizes)
        self.biases = [rng.standard_normal((y, 1)) for y in sizes[1:]]
        self.weights = [rng.standard_normal((y, x)) for x, y in pairwise(sizes)]

    def feedforward(self, a: Column) -> Column:
        """Compute the output for the input a."""
        for b, w in zip(self.biases, self.weights, strict=True):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def sgd_epoch(self, training_data: Sequence[Pair], mini_batch_size: int, eta: float, rng: Generator) -> None:
        """Learn from every example once, in shuffled mini-batches."""
        shuffled = [training_data[i] for i in rng.permutation(len(training_data))]
        for k in range(0, len(shuffled), mini_batch_size):
            self.update_mini_batch(shuffled[k : k + mini_batch_size], eta)

    def update_mini_batch(self, mini_batch: Sequence[Pair], eta: float) -> None:
        """Take one step down the gradient, which is summed example by example."""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b, strict=True)]
            nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w, strict=True)]
        self.weights = [w - (eta / len(mini_batch)) * nw for w, nw in zip(self.weights, nabla_w, strict=True)]
        self.biases = [b - (eta / len(mini_batch)) * nb for b, nb in zip(self.biases, nabla_b, strict=True)]

    def backprop(self, x: Column, y: Column) -> tuple[list[Column], list[NDArray[Any]]]:
        """Compute (nabla_b, nabla_w), the gradient of one example's quadratic cost."""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]  # layer by layer
        zs = []  # the weighted inputs, layer by layer
        for b, w in zip(self.biases, self.weights, strict=True):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for layer in range(2, self.num_layers):
            sp = sigmoid_prime(zs[-layer])
            delta = np.dot(self.weights[-layer + 1].transpose(), delta) * sp
            nabla_b[-layer] = delta
            nabla_w[-layer] = np.dot(delta, activations[-layer - 1].transpose())
        return nabla_b, nabla_w

    def cost_derivative(self, output_activations: Column, y: Column) -> Column:
        """Compute the derivatives of the cost by the output activations."""
        return output_activations - y


def sigmoid(z: Column) -> Column:
    """Compute the sigmoid function."""
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z: Column) -> Column:
    """Compute the derivative of the sigmoid function."""
    return sigmoid(z) * (1 - sigmoid(z))  # type: ignore[no-any-return]
