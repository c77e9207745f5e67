"""A network's parameters as kernel.c has them, and what an optimiser keeps beside them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from nnexp.core.blas import Array
from nnexp.core.kernels import library
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.core.optimiser import name_velocities


class Layers:
    """A network's parameters as kernel.c has them: a row for each input, padded to whole vectors with zeros."""

    def __init__(self, network: Network, lanes: int, rows: int, learning: Learning | None = None) -> None:
        """Make room for the parameters, and for what `rows` examples make of them; to learn, for errors as well."""
        self.rows = rows
        self._arrays: list[tuple[Array, Array, Array]] = []  # weights, turned and biases, less their padding
        self._velocities: list[tuple[Array, Array, Array]] = []  # likewise, where there is momentum
        self._kept: list[Array] = []  # what C is handed pointers to
        sizes = network.sizes
        padded = [-(-size // lanes) * lanes for size in sizes]
        self.width = padded[1]
        freeze, momentum = (learning.freeze, learning.optimiser == "momentum") if learning else ((), False)
        layers = [
            self._layer(k, sizes, padded, network, learning=learning is not None, momentum=momentum, frozen=k in freeze)
            for k in range(len(sizes) - 1)
        ]
        self.passed = ((library.Layer * len(layers))(*layers), len(layers))

    def _layer(
        self,
        k: int,
        sizes: Sequence[int],
        padded: Sequence[int],
        network: Network,
        *,
        learning: bool,
        momentum: bool,
        frozen: bool,
    ) -> library.Layer:
        def room(*shape: int, needed: bool = True) -> Array:
            self._kept.append(library.aligned(shape if needed else (0,), network.dtype))
            return self._kept[-1]

        n_in, n_out, depth, width = *sizes[k : k + 2], *padded[k : k + 2]
        shapes = ((n_in, width), (n_out if k else 0, depth), (width,))  # the way back ends above the first layer
        weights, turned, biases = (room(*shape) for shape in shapes)
        self._arrays.append((weights[:, :n_out], turned[:, :n_in], biases[:n_out]))
        moving = [room(*shape) for shape in shapes] if momentum else []
        if moving:
            self._velocities.append((moving[0][:, :n_out], moving[1][:, :n_in], moving[2][:n_out]))
        velocities = (ctypes.c_void_p * 3)(*(array.ctypes.data for array in moving))
        values, deltas = room(self.rows, width), room(self.rows, width, needed=learning)
        return library.Layer(
            *(n_in, n_out, depth, width, library.ACTIVATIONS.index(network.activations[k].name), frozen),
            *(weights.ctypes.data, turned.ctypes.data, biases.ctypes.data, velocities),
            *(values.ctypes.data, deltas.ctypes.data),
        )

    @property
    def velocities(self) -> dict[str, Array]:
        """The velocities in the network's shapes; above the first layer C keeps `turned`'s up to date."""
        weights = [turned if len(turned) else moving.T for moving, turned, _ in self._velocities]
        return name_velocities(weights, [biases for *_, biases in self._velocities])

    def read(self, network: Network) -> None:
        """Take over the network's parameters, and the velocities as they are in its shapes."""
        for weights, turned, _ in self._velocities:
            if len(turned):
                weights[...] = turned.T
        for (weights, turned, biases), w, b in zip(self._arrays, network.weights, network.biases, strict=True):
            weights[...], turned[...], biases[...] = w.T, w[: len(turned)], b

    def write(self, network: Network) -> None:
        """Give the network its parameters back."""
        for (weights, _, biases), w, b in zip(self._arrays, network.weights, network.biases, strict=True):
            w[...], b[...] = weights.T, biases
