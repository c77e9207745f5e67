"""What a kernel is: a way to compute how a network learns, and what it makes of examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nnexp.core.blas import Array
from nnexp.core.examples import Examples
from nnexp.core.learning import Learning
from nnexp.core.network import Network


class Learner(Protocol):
    """Takes one network down the gradient of its cost on one training set, in place."""

    @property
    def memory(self) -> Mapping[str, Array]:
        """What it keeps from batch to batch beside the parameters, by name; may be written over between calls."""
        ...

    def learn(self, order: NDArray[np.int64], eta: float) -> float:
        """Learn from the examples in this order, a batch at a time, and give the mean cost as each was learnt from.

        The order is an epoch's, or that of some of its batches.
        """
        ...


class Predictor(Protocol):
    """Computes a network's outputs for one set of examples, and what they cost."""

    def outputs(self) -> Array:
        """Compute the outputs (n, n_out); valid until the next call."""
        ...

    def cost(self, outputs: Array, name: str) -> float:
        """Average the cost over the examples."""
        ...


@dataclass(frozen=True)
class Kernel:
    """One way to compute. Settings and examples were checked before it sees them."""

    learner: Callable[[Network, Examples, Learning], Learner]
    predictor: Callable[[Network, Examples], Predictor]
