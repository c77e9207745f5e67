"""Backpropagation, after the book's chapter 2.

For each layer k, with inputs a (n, n_in) and error delta (n, n_out), the derivative of each example's cost by the
layer's weighted inputs:

    delta of layer k  = (delta @ weights[k + 1]) * sigmoid_prime(activations of layer k)
    nabla_w           = delta.T @ a        (summed over the n examples)
    nabla_b           = the sum of delta

`network.backprop` adds these gradients to zeros and `sgd` adds them, times -eta/n, to the parameters: the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import DTypeLike

from nnexp.core.activation import sigmoid_prime
from nnexp.core.blas import Array, add_product


def backward(weights: Sequence[Array], activations: Sequence[Array], delta: Array) -> dict[int, Array]:
    """Carry the last layer's `delta` back to the first layer, and give each layer's, by its number k."""
    deltas = {len(weights) - 1: delta}
    for k in range(len(weights) - 2, -1, -1):
        delta = delta @ weights[k + 1]
        delta *= sigmoid_prime(activations[k])
        deltas[k] = delta
    return deltas


def add_gradient(a: Array, delta: Array, w: Array, b: Array, *, alpha: float, beta: float = 1.0) -> None:
    """Add one layer's gradient times `alpha` to b, and to `beta` times w, in place."""
    add_product(delta.T, a, out=w, alpha=alpha, beta=beta)
    add_bias_gradient(delta, b, alpha=alpha)


def add_bias_gradient(delta: Array, b: Array, *, alpha: float) -> None:
    """Add one layer's gradient by its biases, times `alpha`, to b, in place."""
    add_product(_ones(len(delta), delta.dtype), delta, out=b[None, :], alpha=alpha)


@cache
def _ones(n: int, dtype: DTypeLike) -> Array:
    """A row of ones, times which `delta` is the sum of its rows: faster by far than NumPy's sum when they are few."""
    return np.ones((1, n), dtype)
