"""What a neuron makes of its weighted input z: its activation a.

The setting `activation` is that of the hidden layers. The output layer has it too if its values lie between 0 and 1 as
the desired outputs do (sigmoid, step); a network of tanh or relu neurons ends in a layer of sigmoid ones, so that costs
and predictions mean the same for every network.

An `Activation` says everything about itself, and ACTIVATIONS holds it by its name: adding one is writing it here.
Nothing here knows about weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from nnexp.core.blas import Array
from nnexp.core.registry import look_up
from nnexp.errors import ConfigError


@dataclass(frozen=True)
class Activation:
    """One kind of neuron."""

    name: str
    value: Callable[[Array, Array | None], Array]  # value(z, out), in z's precision; `out` may be z itself
    prime: Callable[[Array], Array]  # the derivative at z from the value there: prime(a)
    formula: str  # the value once more, as NumPy of z: what an exported model computes
    gain: float  # the variance of weights that suit it, times n_in: what init=scaled draws
    fractions: bool  # whether every value lies between 0 and 1
    unlearnable: str = ""  # why gradient descent cannot learn with it, if it cannot


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """Compute 1 / (1 + exp(-z)), without overflow for any finite z."""
    return expit(z, out=out)


def sigmoid_prime(a: Array) -> Array:
    """Compute a (1 - a)."""
    slope: Array = 1 - a
    slope *= a
    return slope


def tanh(z: Array, out: Array | None = None) -> Array:
    """Compute the hyperbolic tangent, a sigmoid from -1 to 1."""
    return np.tanh(z, out=out)


def tanh_prime(a: Array) -> Array:
    """Compute 1 - a^2."""
    return 1 - a * a


def relu(z: Array, out: Array | None = None) -> Array:
    """Rectify: z where it is above 0, else 0."""
    return np.maximum(z, 0, out=out)


def relu_prime(a: Array) -> Array:
    """Give 1 where a > 0, else 0."""
    return (a > 0).astype(a.dtype)


def step(z: Array, out: Array | None = None) -> Array:
    """Fire or do not, as a perceptron does: 1 where z > 0, else 0."""
    return np.heaviside(z, z.dtype.type(0), out=out)  # type: ignore[no-any-return]


SIGMOID = Activation(
    name="sigmoid",
    value=sigmoid,
    prime=sigmoid_prime,
    formula="0.5 * (1 + np.tanh(0.5 * z))",  # without overflow
    gain=1,
    fractions=True,
)
TANH = Activation(name="tanh", value=tanh, prime=tanh_prime, formula="np.tanh(z)", gain=1, fractions=False)
RELU = Activation(name="relu", value=relu, prime=relu_prime, formula="np.maximum(z, 0)", gain=2, fractions=False)
STEP = Activation(
    name="step",
    value=step,
    prime=np.zeros_like,
    formula="np.heaviside(z, 0)",
    gain=1,
    fractions=True,
    unlearnable="its derivative is zero wherever it has one, so nothing can learn by gradient descent",
)

ACTIVATIONS = {activation.name: activation for activation in (SIGMOID, TANH, RELU, STEP)}


def layer_activations(name: str, depth: int) -> list[Activation]:
    """Give the activation of each of `depth` layers of weights: the named one, and one of fractions at the end."""
    hidden = look_up("activation", name, ACTIVATIONS)
    return [hidden] * (depth - 1) + [hidden if hidden.fractions else SIGMOID]


def check_learnable(name: str) -> None:
    """Refuse an activation that gradient descent cannot learn with.

    Raises
    ------
    ConfigError
        With the reason, and those that can learn.
    """
    reason = look_up("activation", name, ACTIVATIONS).unlearnable
    if reason:
        able = [activation.name for activation in ACTIVATIONS.values() if not activation.unlearnable]
        raise ConfigError(f"activation must be one of {', '.join(able)} to learn, but got {name}: {reason}")
