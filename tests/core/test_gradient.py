from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnexp.core import Network
from nnexp.core.activation import ACTIVATIONS, TANH, Activation
from nnexp.core.cost import COSTS

DEPTHS = [(3, 2), (5, 4, 3), (4, 5, 3, 2), (3, 4, 5, 4, 2)]
LEARNABLE = [name for name, activation in ACTIVATIONS.items() if not activation.unlearnable]


def some(sizes, n, seed=0, activation="sigmoid"):
    rng = np.random.default_rng(seed)
    net = Network(sizes, rng=rng, init="scaled", dtype="float64", activation=activation)  # not saturated
    return net, rng.random((n, sizes[0])), np.eye(sizes[-1])[rng.integers(sizes[-1], size=n)]


def check_gradient(net, x, y, cost):
    """Hold backpropagation against central differences of the mean cost, for every parameter."""
    h = 1e-6

    def slope(array, i):
        value, costs = array.flat[i], []
        for array.flat[i] in (value + h, value - h):
            costs.append(COSTS[cost].mean(net.forward(x), y))
        array.flat[i] = value
        return (costs[0] - costs[1]) / (2 * h)

    nabla_w, nabla_b = net.backprop(x, y, cost=cost)
    for array, nabla in zip(net.weights + net.biases, nabla_w + nabla_b, strict=True):
        slopes = np.array([slope(array, i) for i in range(array.size)]).reshape(array.shape)
        np.testing.assert_allclose(nabla, slopes, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("activation", LEARNABLE)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("sizes", DEPTHS)
def test_backprop_agrees_with_finite_differences(sizes, cost, activation):
    check_gradient(*some(sizes, 7, activation=activation), cost)


SOFTSIGN = Activation(
    name="softsign",  # moved, so that it lies between 0 and 1, and the output layer has it too
    value=lambda z, out: np.add(0.5 * z / (1 + abs(z)), 0.5, out=out),
    prime=lambda a: 0.5 * (1 - abs(2 * a - 1)) ** 2,
    formula="0.5 + 0.5 * z / (1 + np.abs(z))",
    gain=1,
    fractions=True,
)


@pytest.mark.parametrize("cost", COSTS)
def test_an_activation_that_is_added_needs_nothing_else(monkeypatch, cost):
    monkeypatch.setitem(ACTIVATIONS, "softsign", SOFTSIGN)
    net, x, y = some((5, 4, 3), 7, activation="softsign")
    assert net.activations == [SOFTSIGN, SOFTSIGN]
    check_gradient(net, x, y, cost)


WRONG = [replace(SOFTSIGN, prime=lambda a: a * (1 - a)), replace(TANH, prime=lambda a: 1 - a)]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
@pytest.mark.parametrize("sizes", [(5, 4, 3), (4, 5, 3, 2)])
def test_a_wrong_derivative_is_found(monkeypatch, wrong, sizes):
    monkeypatch.setitem(ACTIVATIONS, wrong.name, wrong)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_gradient(*some(sizes, 7, activation=wrong.name), "quadratic")


@pytest.mark.parametrize("cost", COSTS)
@settings(deadline=None, max_examples=30)
@given(sizes=st.lists(st.integers(1, 8), min_size=2, max_size=5), n=st.integers(1, 12), seed=st.integers(0, 99))
def test_backprop_is_the_mean_of_the_per_example_loop(loop_of, cost, sizes, n, seed):
    net, x, y = some(sizes, n, seed)
    loop = loop_of(net, cost)
    each = [loop.backprop(x[i, :, None], y[i, :, None]) for i in range(n)]
    nabla_w, nabla_b = net.backprop(x, y, cost=cost)
    for k in range(len(net.weights)):
        np.testing.assert_allclose(nabla_w[k], np.mean([w[k] for _, w in each], axis=0), rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(nabla_b[k], np.mean([b[k][:, 0] for b, _ in each], axis=0), rtol=1e-10, atol=1e-13)


def test_backprop_leaves_the_network_and_the_data_alone():
    net, x, y = some((4, 3, 2), 5)
    x.flags.writeable = y.flags.writeable = False
    before = net.digest()
    net.backprop(x, y)
    assert net.digest() == before
