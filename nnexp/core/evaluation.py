"""How well a network does on examples that it does not learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnexp.core.blas import Array
from nnexp.core.cost import COSTS
from nnexp.core.examples import Examples
from nnexp.core.kernels import KERNELS
from nnexp.core.network import Network
from nnexp.core.registry import look_up


@dataclass(frozen=True)
class Evaluation:
    """What one look at a set of examples found.

    `never_predicted` lists the classes that no example was assigned to. `recalls` has for each class the share of its
    examples that was assigned to it; None where it has none.
    """

    accuracy: float  # a fraction of 1
    correct: int
    total: int
    cost: float
    never_predicted: tuple[int, ...]
    recalls: tuple[float | None, ...]

    @property
    def balanced_accuracy(self) -> float:
        """The mean recall of the classes that have examples: each counts alike, however few these are."""
        known = [recall for recall in self.recalls if recall is not None]
        return sum(known) / len(known)


class Evaluator:
    """Evaluates one network on one set of examples, as often as asked, in buffers that are made once."""

    def __init__(self, network: Network, examples: Examples, cost: str = "quadratic", kernel: str = "numpy") -> None:
        examples.check_fit(network.sizes[0], network.sizes[-1])
        look_up("cost", cost, COSTS)
        self._labels, self._cost = examples.labels, cost
        self._sizes = np.bincount(examples.labels, minlength=network.sizes[-1]).tolist()  # of the classes
        self._predictor = look_up("kernel", kernel, KERNELS).predictor(network, examples)

    def outputs(self) -> Array:
        """Compute the outputs (n, n_out) for all examples; valid until the next call."""
        return self._predictor.outputs()

    def evaluate(self) -> Evaluation:
        """Compare the class of the largest output with the label, for all examples."""
        a = self.outputs()
        predicted = a.argmax(axis=1)
        right = np.bincount(predicted[predicted == self._labels], minlength=a.shape[1]).tolist()
        never = np.flatnonzero(np.bincount(predicted, minlength=a.shape[1]) == 0)
        recalls = tuple(hits / size if size else None for hits, size in zip(right, self._sizes, strict=True))
        correct, total, cost = sum(right), len(predicted), self._predictor.cost(a, self._cost)
        return Evaluation(correct / total, correct, total, cost, tuple(never.tolist()), recalls)


def evaluate(network: Network, examples: Examples, *, cost: str = "quadratic", kernel: str = "numpy") -> Evaluation:
    """Evaluate the network once."""
    return Evaluator(network, examples, cost, kernel).evaluate()


def predict(network: Network, examples: Examples, *, kernel: str = "numpy") -> Array:
    """Compute the network's outputs (n, n_out) for all examples."""
    return Evaluator(network, examples, kernel=kernel).outputs()
