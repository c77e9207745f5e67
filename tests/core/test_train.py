from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from nnexp.core import Examples, Learning, Network, evaluate, train
from nnexp.errors import ConfigError, DataError, DivergedError


def stripes(n, seed=0):
    """Images of three pixels, of which the one that the label names is bright: a child's problem."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=n)
    images = rng.integers(80, size=(n, 3)).astype(np.uint8)
    images[np.arange(n), labels] += 150
    return Examples(images, labels, 1 / 256)


def run(learning, *, seed=0, dtype="float32", sizes=(3, 8, 3), **sets):
    rng = np.random.default_rng(seed)
    network = Network(sizes, rng=rng, dtype=dtype)
    return network, list(train(network, stripes(203), learning=learning, rng=rng, **sets))


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("sizes", [(3, 3), (3, 8, 3), (3, 8, 8, 3)])
def test_a_network_learns(sizes, cost):
    network, results = run(Learning(1.0, epochs=40, cost=cost), sizes=sizes, test=stripes(100, seed=1))
    assert results[-1].test.accuracy > 0.97
    assert results[-1].test.never_predicted == ()
    assert results[-1].train_cost < results[0].train_cost
    assert results[-1].test == evaluate(network, stripes(100, seed=1), cost=cost)


def test_every_epoch_is_told():
    network, results = run(Learning([[2, 3.0], [1, 0.5]], epochs=4), val=stripes(50, seed=1))
    assert [(r.epoch, r.eta) for r in results] == [(1, 3.0), (2, 3.0), (3, 0.5), (4, 0.5)]
    assert all(r.epoch_s > 0 and r.eval_s > 0 for r in results)
    assert all(r.test is None and r.val.total == 50 for r in results)
    assert len({r.digest for r in results}) == 4
    assert results[-1].digest == network.digest()
    with pytest.raises(FrozenInstanceError):
        results[0].epoch = 2


def test_training_happens_as_it_is_asked_for():
    rng = np.random.default_rng(0)
    network = Network([3, 8, 3], rng=rng)
    start = network.digest()
    epochs = train(network, stripes(50), learning=Learning(), rng=rng)
    assert network.digest() == start
    assert next(epochs).digest == network.digest() != start


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_seed_gives_the_same_bits_whatever_is_evaluated(dtype):
    def digests(seed=0, **sets):
        return [r.digest for r in run(Learning(epochs=3), seed=seed, dtype=dtype, **sets)[1]]

    plain = digests()
    assert plain == digests()
    assert plain == digests(val=stripes(50, seed=1), test=stripes(1500, seed=2))
    assert plain != digests(seed=1)


def test_the_callers_data_are_neither_changed_nor_reordered():
    examples, twin, rng = stripes(50), stripes(50), np.random.default_rng(0)
    examples.images.flags.writeable = examples.labels.flags.writeable = False
    list(train(Network([3, 3], rng=rng), examples, learning=Learning(epochs=2), rng=rng))
    np.testing.assert_array_equal(examples.images, twin.images)
    np.testing.assert_array_equal(examples.labels, twin.labels)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sets", [{}, {"val": stripes(50)}])
def test_divergence_is_named_with_its_epoch_and_no_warning(dtype, sets):
    rng = np.random.default_rng(0)
    network = Network([3, 8, 3], rng=rng, dtype=dtype)
    # each step multiplies the weights by 1 - 5000 * 8 / 203 = -196
    epochs = train(network, stripes(203), learning=Learning(5000.0, lmbda=8.0, batch_size=30), rng=rng, **sets)
    message = r"the parameters stopped being finite in epoch \d+: eta=5000 is too large; try a smaller eta"
    with pytest.raises(DivergedError, match=message) as raised:
        list(epochs)
    last = {"float32": 3, "float64": 20}[dtype]  # 196^7 an epoch: 16 decimal digits of 38 or 308
    assert f"epoch {last}:" in str(raised.value)


def test_a_large_eta_alone_saturates_without_a_warning():
    _, results = run(Learning(1e6, epochs=3, cost="cross_entropy"), val=stripes(50))
    assert np.isfinite(results[-1].val.cost)


def test_settings_and_data_are_checked_at_the_call():
    rng = np.random.default_rng(0)
    network = Network([3, 3], rng=rng)
    with pytest.raises(ConfigError, match="batch_size must be between 1 and 5"):
        train(network, stripes(5), learning=Learning(), rng=rng)
    with pytest.raises(DataError, match="the network takes 3 inputs, but the images have 2 pixels"):
        train(network, stripes(50), learning=Learning(), rng=rng, val=Examples(np.zeros((1, 2)), np.array([0])))
