"""What a neuron makes of its weighted input z: its activation a.

An activation that can be learnt with also has a derivative, given in terms of a. Nothing here knows about layers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from nnexp.core.blas import Array
from nnexp.errors import ConfigError

Activation = Callable[[Array, Array], Array]


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """Compute 1 / (1 + exp(-z)), without overflow for any finite z."""
    return expit(z, out=out)


def sigmoid_prime(a: Array) -> Array:
    """Compute the derivative of the sigmoid at z from its value there, a = sigmoid(z)."""
    return a * (1 - a)  # type: ignore[no-any-return]


def step(z: Array, out: Array | None = None) -> Array:
    """Fire or do not, as a perceptron does: 1 where z > 0, else 0."""
    return np.heaviside(z, z.dtype.type(0), out=out)  # type: ignore[no-any-return]


ACTIVATIONS: dict[str, Activation] = {"sigmoid": sigmoid, "step": step}


def check_learnable(activation: str) -> None:
    """Refuse an activation that gradient descent cannot learn with.

    Raises
    ------
    ConfigError
        The step: its derivative is zero.
    """
    if activation == "step":
        raise ConfigError(
            "activation must be sigmoid to learn, but got step: its derivative is zero wherever it has one, "
            "so nothing can learn by gradient descent"
        )
