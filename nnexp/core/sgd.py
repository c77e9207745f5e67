"""Stochastic gradient descent over mini-batches, the book's way of learning.

An epoch shuffles the n training examples, and takes them m at a time: forward, back, and an update of every layer by
the optimiser (nnexp.core.optimiser has the formulas, nnexp.core.kernels does the work). The weights of frozen layers
are left alone; their biases learn. This module knows nothing of evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nnexp.core.activation import check_learnable
from nnexp.core.blas import Array
from nnexp.core.cost import COSTS
from nnexp.core.draws import shuffled
from nnexp.core.examples import Examples
from nnexp.core.kernels import KERNELS
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.core.optimiser import OPTIMISERS
from nnexp.core.registry import look_up
from nnexp.core.schedule import stages
from nnexp.errors import ConfigError


def check_learning(learning: Learning, *, depth: int, n: int, activation: str = "sigmoid") -> None:
    """Refuse settings with which a network of `depth` layers of weights cannot learn from n examples.

    Raises
    ------
    ConfigError
        The first setting that is out of its range.
    """
    check_learnable(activation)
    stages(learning.eta)
    look_up("cost", learning.cost, COSTS)
    look_up("optimiser", learning.optimiser, OPTIMISERS)
    layers = range(depth)
    if not 1 <= learning.batch_size <= n:
        raise ConfigError(f"batch_size must be between 1 and {n} (the training set), but got {learning.batch_size}")
    if learning.epochs < 1:
        raise ConfigError(f"epochs must be at least 1, but got {learning.epochs}")
    if not 0 <= learning.lmbda < np.inf:
        raise ConfigError(f"lmbda must be a finite number, 0 or above, but got {learning.lmbda}")
    if not 0 <= learning.mu < 1:
        raise ConfigError(f"mu must be 0 or above, and below 1, but got {learning.mu}")
    if not set(learning.freeze) <= set(layers) or set(learning.freeze) == set(layers):
        raise ConfigError(
            f"freeze must list layers from 0 to {layers[-1]} and leave one to learn, but got {list(learning.freeze)}"
        )


class Descent:
    """Takes one network down the gradient of its cost on one training set, an epoch at a time."""

    def __init__(self, network: Network, examples: Examples, learning: Learning, kernel: str = "numpy") -> None:
        check_learning(learning, depth=len(network.weights), n=len(examples), activation=network.activation)
        examples.check_fit(network.sizes[0], network.sizes[-1])
        self._n, self._learning = len(examples), learning
        self._learner = look_up("kernel", kernel, KERNELS).learner(network, examples, learning)

    @property
    def memory(self) -> Mapping[str, Array]:
        """What goes on from epoch to epoch beside the parameters, by name; may be written over between epochs."""
        return self._learner.memory

    def epoch(self, eta: float, rng: Generator) -> float:
        """Learn from every example once, and give the mean cost of the outputs as each was learnt from."""
        return self._learner.learn(self._order(rng), eta)

    def steps(self, eta: float, rng: Generator) -> Iterator[int]:
        """Learn as an epoch does, and give the number of each batch, from 1, when it was learnt from."""
        order, m = self._order(rng), self._learning.batch_size
        for number, start in enumerate(range(0, self._n, m), 1):
            self._learner.learn(order[start : start + m], eta)
            yield number

    def _order(self, rng: Generator) -> NDArray[np.int64]:
        return shuffled(rng, self._n) if self._learning.shuffle else np.arange(self._n)
