"""How well a network does on examples that it does not learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnexp.core.blas import Array
from nnexp.core.cost import COSTS
from nnexp.core.examples import Examples, Gatherer
from nnexp.core.network import Network
from nnexp.core.registry import look_up

CHUNK = 1000  # examples at a time: large enough for BLAS, small enough for the cache


@dataclass(frozen=True)
class Evaluation:
    """What one look at a set of examples found; `never_predicted` lists the classes that no example was assigned to."""

    accuracy: float  # a fraction of 1
    correct: int
    total: int
    cost: float
    never_predicted: tuple[int, ...]


class Evaluator:
    """Evaluates one network on one set of examples, as often as asked, in buffers that are made once."""

    def __init__(self, network: Network, examples: Examples, cost: str = "quadratic") -> None:
        sizes, dtype = network.sizes, network.dtype
        examples.check_fit(sizes[0], sizes[-1])
        self._network, self._examples, self._cost = network, examples, look_up("cost", cost, COSTS)
        rows = min(CHUNK, len(examples))
        self._gather = Gatherer(examples, rows, dtype)
        self._hidden = network.buffers(rows)[:-1]
        self._targets = examples.targets(sizes[-1], dtype)
        self._outputs = np.empty_like(self._targets)

    def outputs(self) -> Array:
        """Compute the outputs (n, n_out) for all examples; valid until the next call."""
        for start in range(0, len(self._examples), CHUNK):
            chunk = self._outputs[start : start + CHUNK]
            x = self._gather(np.arange(start, start + len(chunk)))
            self._network.forward(x, out=[*(a[: len(chunk)] for a in self._hidden), chunk])
        return self._outputs

    def evaluate(self) -> Evaluation:
        """Compare the class of the largest output with the label, for all examples."""
        a = self.outputs()
        predicted = a.argmax(axis=1)
        correct, total = int((predicted == self._examples.labels).sum()), len(predicted)
        never = np.flatnonzero(np.bincount(predicted, minlength=a.shape[1]) == 0)
        cost = self._cost.mean(a, self._targets)
        return Evaluation(correct / total, correct, total, cost, tuple(never.tolist()))


def evaluate(network: Network, examples: Examples, *, cost: str = "quadratic") -> Evaluation:
    """Evaluate the network once."""
    return Evaluator(network, examples, cost).evaluate()


def predict(network: Network, examples: Examples) -> Array:
    """Compute the network's outputs (n, n_out) for all examples."""
    return Evaluator(network, examples).outputs()
