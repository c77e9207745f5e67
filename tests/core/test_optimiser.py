"""Every optimiser: by hand, and by what whoever chooses one relies on."""

import numpy as np
import pytest

from nnexp.core import ACTIVATIONS, COSTS, OPTIMISERS, Examples, Learning, Network
from nnexp.core.sgd import Descent

LEARNABLE = [name for name, activation in ACTIVATIONS.items() if not activation.unlearnable]

# One neuron with w = b = 0 learns one example, x = 1 and y = 1, twice, with eta = 8 and mu = 0.9; w stays equal to b.
# First z = 0, a = 0.5, delta = (a - y) a (1 - a) = -0.125, so -eta * delta = 1 is the step, and w = b = 1.
# Then z = 2, a = 0.88079708, delta = -0.11920292 * 0.10499359 = -0.01251554, and -eta * delta = 0.10012434.
BY_HAND = {
    "sgd": [1, 1 + 0.10012434],
    "momentum": [1, 1 + 0.9 * 1 + 0.10012434],
}


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_two_steps_by_hand(optimiser):
    network = Network.from_parameters({"weights_0": np.zeros((1, 1)), "biases_0": np.zeros(1)})
    example = Examples(np.ones((1, 1)), np.array([0]))
    descent = Descent(network, example, Learning(batch_size=1, optimiser=optimiser, mu=0.9))
    found = []
    for _ in range(2):
        descent.epoch(8.0, np.random.default_rng(0))
        np.testing.assert_allclose(network.weights[0][0], network.biases[0])
        found.append(network.biases[0][0])
    np.testing.assert_allclose(found, BY_HAND[optimiser], atol=1e-8)


def small(seed=0, dtype="float64", activation="sigmoid"):
    """A network, and images of four pixels of which the one that the label names is bright."""
    rng = np.random.default_rng(seed)
    network = Network([4, 8, 4], rng=rng, init="scaled", dtype=dtype, activation=activation)
    labels = rng.integers(4, size=103)
    images = rng.integers(80, size=(103, 4)).astype(np.uint8)
    images[np.arange(103), labels] += 150
    return network, Examples(images, labels, 1 / 256)


def learn(epochs=1, *, seed=0, dtype="float64", activation="sigmoid", **settings):
    network, examples = small(seed, dtype, activation)
    rng, descent = np.random.default_rng(seed), Descent(network, examples, Learning(batch_size=10, **settings))
    return network, [descent.epoch(0.2, rng) for _ in range(epochs)]


@pytest.mark.parametrize("activation", LEARNABLE)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_cost_falls(optimiser, cost, activation):
    _, costs = learn(40, optimiser=optimiser, cost=cost, activation=activation)
    assert costs[-1] < 0.8 * costs[0]


@pytest.mark.parametrize("lmbda", [0.0, 3.0])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_frozen_weights_stay_and_their_biases_learn(optimiser, lmbda):
    network, _ = learn(3, optimiser=optimiser, freeze=(0,), lmbda=lmbda)
    start, _ = small()
    moved = [not np.array_equal(w, v) for w, v in zip(network.weights, start.weights, strict=True)]
    assert moved == [False, True]
    assert all((b != c).any() for b, c in zip(network.biases, start.biases, strict=True))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_same_seed_gives_the_same_bits(optimiser, dtype):
    first, again, other = (learn(2, seed=seed, dtype=dtype, optimiser=optimiser)[0].digest() for seed in (0, 0, 1))
    assert first == again != other


def test_momentum_with_l2_shrinks_the_weights_and_not_their_velocity():
    network, examples = small()
    x, y, n, eta, mu, lmbda = examples.images / 256, examples.targets(4, "float64"), len(examples), 0.5, 0.7, 3.0
    descent = Descent(
        network, examples, Learning(batch_size=n, shuffle=False, optimiser="momentum", mu=mu, lmbda=lmbda)
    )
    w, b = [w.copy() for w in network.weights], [b.copy() for b in network.biases]
    v, u = [0.0] * 2, [0.0] * 2
    for _ in range(3):
        nabla_w, nabla_b = network.backprop(x, y)
        descent.epoch(eta, np.random.default_rng(0))
        for k in range(2):
            v[k], u[k] = mu * v[k] - eta * nabla_w[k], mu * u[k] - eta * nabla_b[k]
            w[k], b[k] = (1 - eta * lmbda / n) * w[k] + v[k], b[k] + u[k]
            np.testing.assert_allclose(network.weights[k], w[k], rtol=1e-12)
            np.testing.assert_allclose(network.biases[k], b[k], rtol=1e-12)


def test_momentum_without_memory_is_sgd():
    still, plain = learn(2, optimiser="momentum", mu=0.0)[0], learn(2)[0]
    for w, v in zip(still.weights, plain.weights, strict=True):
        np.testing.assert_allclose(w, v, rtol=1e-12)


def test_mu_is_momentums_alone():
    assert learn(2, mu=0.3)[0].digest() == learn(2, mu=0.6)[0].digest()
    assert learn(2, mu=0.3, optimiser="momentum")[0].digest() != learn(2, mu=0.6, optimiser="momentum")[0].digest()
