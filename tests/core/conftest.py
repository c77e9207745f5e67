import numpy as np
import pytest

from nnexp.benchmarks.per_example import PerExampleNetwork


class PerExampleCrossEntropy(PerExampleNetwork):
    """The book's loop with the cross-entropy's derivative, which the sigmoid's slope then cancels."""

    def cost_derivative(self, a, y):
        return (a - y) / (a * (1 - a))


LOOPS = {"quadratic": PerExampleNetwork, "cross_entropy": PerExampleCrossEntropy}


@pytest.fixture(scope="session")
def loop_of():
    """Make the per-example loop with a network's parameters: what nnexp.core is checked against."""

    def make(network, cost="quadratic"):
        loop = LOOPS[cost](network.sizes, np.random.default_rng(0))
        loop.weights, loop.biases = list(network.weights), [b[:, None] for b in network.biases]
        return loop

    return make
