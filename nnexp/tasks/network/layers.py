"""A network laid open: what each layer makes of one example, for somebody who wants to see the numbers.

Nothing is trained here, so an activation that cannot learn can be looked at too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnexp.core import Network
from nnexp.core.blas import Array
from nnexp.tasks.network.config import Config
from nnexp.tasks.seeding import streams


@dataclass(frozen=True)
class Layer:
    """One layer and what it made of the example: z, the weighted inputs, and the activations, (n_out,) each."""

    weights: Array  # (n_out, n_in)
    biases: Array  # (n_out,)
    weighted: Array
    activations: Array
    activation: str  # the kind of its neurons


def draw_network(sizes: Sequence[int], config: Config) -> tuple[Network, NDArray[np.float64]]:
    """Draw the network that a run of this config begins with, and inputs (n_in,) from [0, 1)."""
    draw = streams(config.seed)
    network = Network(sizes, rng=draw.parameters, init=config.init, dtype=config.dtype, activation=config.activation)
    return network, draw.shuffling.random(sizes[0])


def layers(network: Network, inputs: NDArray[np.float64]) -> list[Layer]:
    """Send one example (n_in,) through the network, layer by layer."""
    a, found = inputs.astype(network.dtype), []
    for w, b, activation in zip(network.weights, network.biases, network.activations, strict=True):
        z = w @ a + b
        a = activation.value(z, None)
        found.append(Layer(w, b, z, a, activation.name))
    return found
