"""A feedforward network, after M. Nielsen, "Neural Networks and Deep Learning", chapters 1 and 2.

Notation, throughout nnexp.core: layer k takes inputs a (n, n_in), n examples a row each, and gives
activations[k](a @ weights[k].T + biases[k]), (n, n_out). The activation that a network is asked for is that of its
hidden layers, and of the output layer if its values are fractions; see nnexp.core.activation. The network knows nothing
of data files, epochs or learning rates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nnexp.core.activation import Activation, check_learnable, layer_activations
from nnexp.core.blas import DTYPES, Array, add_product, add_row_sum
from nnexp.core.cost import COSTS
from nnexp.core.gradient import backward
from nnexp.core.initial import INITS, draw
from nnexp.core.registry import look_up
from nnexp.errors import ConfigError, DataError


class Network:
    """Weights (n_out, n_in), biases (n_out,) and an activation, one of each a layer."""

    weights: list[Array]
    biases: list[Array]
    activation: str  # the hidden layers'
    activations: list[Activation]

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        rng: Generator,
        init: str = "normal",
        dtype: str = "float32",
        activation: str = "sigmoid",
    ) -> None:
        """Draw a network with `sizes` neurons a layer, the inputs first."""
        if len(sizes) < 2 or min(sizes) < 1:
            raise ConfigError(f"sizes must name at least two layers of one neuron or more, but got {list(sizes)}")
        chosen, precision = look_up("init", init, INITS), look_up("dtype", dtype, DTYPES)
        weights, biases = draw(sizes, chosen, layer_activations(activation, len(sizes) - 1), rng)
        self._set([w.astype(precision) for w in weights], [b.astype(precision) for b in biases], activation)

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, NDArray[Any]], *, activation: str = "sigmoid") -> Network:
        """Rebuild a network from arrays named as `parameters()` names them; it holds copies.

        Raises
        ------
        DataError
            Arrays that are not the finite float parameters of one network.
        """
        depth = len(parameters) // 2
        if not depth or set(parameters) != set(_names(depth)):
            raise DataError(f"expected arrays weights_0, biases_0, weights_1, ..., but got {sorted(parameters)}")
        arrays = {name: np.array(parameters[name], order="C") for name in _names(depth)}
        _check_values(arrays)
        native = [array.astype(array.dtype.newbyteorder("="), copy=False) for array in arrays.values()]
        weights, biases = native[::2], native[1::2]
        _check_shapes(weights, biases)
        network = cls.__new__(cls)
        network._set(weights, biases, activation)
        return network

    def _set(self, weights: list[Array], biases: list[Array], activation: str) -> None:
        self.weights, self.biases = weights, biases
        self.activation, self.activations = activation, layer_activations(activation, len(weights))

    @property
    def sizes(self) -> list[int]:
        """The neurons of each layer, the inputs first."""
        return [self.weights[0].shape[1], *(len(b) for b in self.biases)]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of every parameter."""
        return self.weights[0].dtype

    def buffers(self, n: int) -> list[Array]:
        """Make room for what every layer gives for n examples, (n, n_out) each."""
        return [np.empty((n, len(b)), self.dtype) for b in self.biases]

    def forward(self, x: Array, *, out: Sequence[Array] | None = None) -> Array:
        """Compute the outputs (n, n_out) for inputs x (n, n_in); `out` receives what every layer gives."""
        a = np.ascontiguousarray(x, self.dtype)
        layers = zip(self.weights, self.biases, self.activations, out or self.buffers(len(a)), strict=True)
        for w, b, activation, z in layers:
            z[...] = b
            add_product(a, w.T, out=z)
            a = activation.value(z, z)
        return a

    def backprop(self, x: Array, y: Array, *, cost: str = "quadratic") -> tuple[list[Array], list[Array]]:
        """Compute (nabla_w, nabla_b), the gradient of the mean cost on inputs x (n, n_in) and desired outputs y."""
        check_learnable(self.activation)
        values = self.buffers(len(x))
        x, a = np.ascontiguousarray(x, self.dtype), self.forward(x, out=values)
        nabla_w, nabla_b = [np.zeros_like(w) for w in self.weights], [np.zeros_like(b) for b in self.biases]
        last = look_up("cost", cost, COSTS).delta(a, y, self.activations[-1])
        for k, delta in backward(self.weights, self.activations, values, last).items():
            add_product(delta.T, values[k - 1] if k else x, out=nabla_w[k], alpha=1 / len(x))
            add_row_sum(delta, out=nabla_b[k], alpha=1 / len(x))
        return nabla_w, nabla_b

    def parameters(self) -> dict[str, Array]:
        """Copy the parameters, as weights_0, biases_0, weights_1, ...: for `np.savez` and for `from_parameters`."""
        arrays = [array for layer in zip(self.weights, self.biases, strict=True) for array in layer]
        return {name: array.copy() for name, array in zip(_names(len(self.weights)), arrays, strict=True)}

    def digest(self) -> str:
        """Compute the SHA-256 (hex) of every parameter's name, dtype, shape and bytes, little-endian and in C order."""
        sha256 = hashlib.sha256()
        for name, array in self.parameters().items():
            little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
            sha256.update(f"{name} {little.dtype.str} {little.shape}\n".encode())
            sha256.update(little.data)
        return sha256.hexdigest()


def _names(depth: int) -> list[str]:
    return [f"{kind}_{k}" for k in range(depth) for kind in ("weights", "biases")]


def _check_values(arrays: Mapping[str, NDArray[Any]]) -> None:
    dtype = arrays["weights_0"].dtype
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES or array.dtype != dtype:
            raise DataError(f"every parameter must be {' or '.join(DTYPES)}, all the same, but {name} is {array.dtype}")
        if not np.isfinite(array).all():
            raise DataError(f"every parameter must be finite, but {name} holds infinity or NaN")


def _check_shapes(weights: Sequence[Array], biases: Sequence[Array]) -> None:
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        n_in = weights[k - 1].shape[0] if k else None
        if w.ndim != 2 or not w.size or b.shape != (len(w),) or (k and w.shape[1] != n_in):
            wanted = f"(n_out, {n_in or 'n_in'}) and (n_out,)"
            raise DataError(f"weights_{k} and biases_{k} must have shapes {wanted}, but have {w.shape} and {b.shape}")
