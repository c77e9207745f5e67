"""One epoch of learning, against the book's formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnexp.core import COSTS, KERNELS, OPTIMISERS, Examples, Learning, Network
from nnexp.core.draws import shuffled
from nnexp.core.sgd import Descent
from nnexp.errors import ConfigError, DataError


def some(sizes, n, seed=0, dtype="float64"):
    rng = np.random.default_rng(seed)
    net = Network(sizes, rng=rng, dtype=dtype)
    images = rng.integers(256, size=(n, sizes[0])).astype(np.uint8)
    return net, Examples(images, rng.integers(sizes[-1], size=n), 1 / 256)


def learn(net, examples, eta=1.0, rng=None, **changes):
    settings = {"batch_size": len(examples), "shuffle": False, **changes}
    return Descent(net, examples, Learning(**settings)).epoch(eta, rng or np.random.default_rng(0))


def test_one_step_by_hand():
    net = Network.from_parameters(
        {
            "weights_0": np.array([[1.0]]),
            "biases_0": np.array([0.0]),
            "weights_1": np.array([[2.0], [0.0]]),
            "biases_1": np.array([-1.0, 0.0]),
        }
    )
    # x = 0: hidden a = 0.5, z = (0, 0), outputs (0.5, 0.5); y = (1, 0), so a - y = (-0.5, 0.5), cost 0.25
    # delta of the last layer = (-0.5, 0.5) * 0.25 = (-0.125, 0.125)
    # delta of the hidden one = (-0.125 * 2 + 0.125 * 0) * 0.25 = -0.0625
    cost = learn(net, Examples(np.zeros((1, 1)), np.array([0])), eta=8.0)
    assert cost == pytest.approx(0.25)
    np.testing.assert_allclose(net.weights[1], [[2 + 8 * 0.0625], [-8 * 0.0625]])
    np.testing.assert_allclose(net.biases[1], [-1 + 8 * 0.125, -8 * 0.125])
    np.testing.assert_allclose(net.weights[0], [[1.0]])  # its input is 0
    np.testing.assert_allclose(net.biases[0], [8 * 0.0625])


@pytest.mark.parametrize("cost", COSTS)
@settings(deadline=None, max_examples=30)
@given(
    sizes=st.lists(st.integers(1, 7), min_size=2, max_size=4),
    n=st.integers(1, 25),
    batch_size=st.integers(1, 25),
    seed=st.integers(0, 99),
)
def test_an_epoch_is_the_per_example_loops(loop_of, cost, sizes, n, batch_size, seed):
    """Batches of one, of all, and a last one that is not full."""
    batch_size = min(batch_size, n)
    net, examples = some(sizes, n, seed)
    loop, y = loop_of(net, cost), examples.targets(sizes[-1], "float64")
    pairs = [(image[:, None] / 256, target[:, None]) for image, target in zip(examples.images, y, strict=True)]
    order = shuffled(np.random.default_rng(seed), n)
    for start in range(0, n, batch_size):
        loop.update_mini_batch([pairs[i] for i in order[start : start + batch_size]], 0.5)
    learn(net, examples, 0.5, np.random.default_rng(seed), batch_size=batch_size, cost=cost, shuffle=True)
    for k in range(len(net.weights)):
        np.testing.assert_allclose(net.weights[k], loop.weights[k], rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(net.biases[k], loop.biases[k][:, 0], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_with_l2_is_the_books_formula(dtype):
    net, examples = some((6, 4, 3), 20, dtype=dtype)
    before = net.parameters()
    nabla_w, nabla_b = net.backprop(examples.images / 256, examples.targets(3, dtype))
    learn(net, examples, eta=2.0, lmbda=3.0)
    tolerance = {"rtol": 1e-5, "atol": 1e-6} if dtype == "float32" else {"rtol": 1e-12}
    for k in range(2):
        w, b = before[f"weights_{k}"], before[f"biases_{k}"]
        np.testing.assert_allclose(net.weights[k], (1 - 2.0 * 3.0 / 20) * w - 2.0 * nabla_w[k], **tolerance)
        np.testing.assert_allclose(net.biases[k], b - 2.0 * nabla_b[k], **tolerance)


@pytest.mark.parametrize("freeze", [(0,), (1,), (2,), (0, 2), (0, 1)])
def test_frozen_weights_stay_and_everything_else_learns_as_it_would(freeze):
    (net, examples), (free, _) = some((6, 5, 4, 3), 10), some((6, 5, 4, 3), 10)
    before = net.parameters()
    learn(net, examples, freeze=freeze)
    learn(free, examples)
    for k in range(3):
        expected = before if k in freeze else free.parameters()
        np.testing.assert_array_equal(net.weights[k], expected[f"weights_{k}"])
        np.testing.assert_array_equal(net.biases[k], free.biases[k])


def test_train_cost_is_the_mean_as_each_batch_was_learnt_from():
    net, examples = some((6, 4, 3), 20)
    twin = some((6, 4, 3), 20)[0]
    whole, y = learn(net, examples, batch_size=8), examples.targets(3, "float64")
    total = 0.0
    for batch in (slice(0, 8), slice(8, 16), slice(16, 20)):
        part = Examples(examples.images[batch], examples.labels[batch], examples.scale)
        total += COSTS["quadratic"].mean(twin.forward(part.images / 256), y[batch]) * len(part)
        learn(twin, part)
    assert whole == pytest.approx(total / 20)
    assert net.digest() == twin.digest()


def test_without_shuffling_the_generator_is_left_alone():
    (net, examples), rng = some((6, 4, 3), 20), np.random.default_rng(5)
    learn(net, examples, rng=rng, batch_size=3)
    assert rng.random() == np.random.default_rng(5).random()


def test_shuffling_draws_another_order_every_epoch():
    (net, examples), (still, _), rng = some((6, 4, 3), 20), some((6, 4, 3), 20), np.random.default_rng(5)
    for _ in range(2):
        shuffled = learn(net, examples, rng=rng, batch_size=3, shuffle=True)
        assert shuffled != learn(still, examples, batch_size=3)
    assert rng.random() != np.random.default_rng(5).random()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 0}, r"batch_size must be between 1 and 20 \(the training set\), but got 0"),
        ({"batch_size": 21}, "batch_size must be between 1 and 20 .* but got 21"),
        ({"epochs": 0}, "epochs must be at least 1, but got 0"),
        ({"lmbda": -1.0}, "lmbda must be a finite number, 0 or above, but got -1.0"),
        ({"lmbda": float("nan")}, "but got nan"),
        ({"eta": -1.0}, "eta must be a finite number above 0, but got -1.0"),
        ({"cost": "nonesuch"}, f"cost must be one of {', '.join(COSTS)}, but got 'nonesuch'"),
        ({"optimiser": "nonesuch"}, f"optimiser must be one of {', '.join(OPTIMISERS)}, but got 'nonesuch'"),
        ({"mu": 1.0}, "mu must be 0 or above, and below 1, but got 1.0"),
        ({"mu": -0.1}, "but got -0.1"),
        ({"mu": float("nan")}, "but got nan"),
        ({"freeze": (2,)}, r"freeze must list layers from 0 to 1 and leave one to learn, but got \[2\]"),
        ({"freeze": (0, 1)}, r"leave one to learn, but got \[0, 1\]"),
    ],
)
def test_settings_out_of_range_are_refused(changes, message):
    net, examples = some((6, 4, 3), 20)
    with pytest.raises(ConfigError, match=message):
        Descent(net, examples, Learning(**changes))


def test_perceptrons_are_refused_with_the_reason():
    net, examples = some((6, 3), 20)
    net = Network.from_parameters(net.parameters(), activation="step")
    with pytest.raises(ConfigError, match="its derivative is zero"):
        learn(net, examples)


def test_examples_of_another_network_are_refused():
    with pytest.raises(DataError, match="the network takes 5 inputs, but the images have 6 pixels"):
        learn(some((5, 3), 20)[0], some((6, 3), 20)[1])


@pytest.mark.parametrize("kernel", sorted(KERNELS))
@pytest.mark.parametrize("optimiser", sorted(OPTIMISERS))
def test_an_epoch_that_stops_after_each_batch_is_the_same_epoch(kernel, optimiser):
    digests = set()
    for at_once in (True, False):
        rng = np.random.default_rng(5)
        net = Network([6, 4, 3], rng=rng)
        examples = Examples(rng.integers(0, 3, (23, 6)).astype(np.uint8), rng.integers(0, 3, 23))
        descent = Descent(net, examples, Learning(batch_size=5, lmbda=0.3, optimiser=optimiser), kernel)
        for _ in range(2):
            if at_once:
                descent.epoch(2.0, rng)
            else:
                assert [*descent.steps(2.0, rng)] == [1, 2, 3, 4, 5]
        digests.add(net.digest())
    assert len(digests) == 1
