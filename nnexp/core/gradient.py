"""Backpropagation, after the book's chapter 2.

For each layer k, with inputs a (n, n_in) and error delta (n, n_out), the derivative of each example's cost by the
layer's weighted inputs:

    delta of layer k  = (delta @ weights[k + 1]) * prime(a of layer k)
    nabla_w           = delta.T @ a        (summed over the n examples)
    nabla_b           = the sum of delta

The gradients themselves are each one call of BLAS, made where they are added to something: to zeros by
`network.backprop`, and times -eta/m to the parameters by an optimiser.
"""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.core.activation import Activation
from nnexp.core.blas import Array


def backward(
    weights: Sequence[Array], activations: Sequence[Activation], values: Sequence[Array], delta: Array
) -> dict[int, Array]:
    """Carry the last layer's `delta` back to the first layer, and give each layer's, by its number k.

    `values` are what each layer gave, (n, n_out), and `activations` what it gave them with.
    """
    deltas = {len(weights) - 1: delta}
    for k in range(len(weights) - 2, -1, -1):
        delta = delta @ weights[k + 1]
        delta *= activations[k].prime(values[k])
        deltas[k] = delta
    return deltas
