import numpy as np
import pytest

from nnexp.benchmarks.per_example import PerExampleNetwork
from nnexp.core import COSTS


@pytest.fixture(scope="session")
def loop_of():
    """Make the per-example loop with a network's parameters: what nnexp.core is checked against."""

    def make(network, cost="quadratic"):
        loop = PerExampleNetwork(network.sizes, np.random.default_rng(0))
        if cost != "quadratic":  # which is the book's own
            loop.cost_derivative = COSTS[cost].derivative  # held to differences in test_cost.py
        loop.weights, loop.biases = list(network.weights), [b[:, None] for b in network.biases]
        return loop

    return make
