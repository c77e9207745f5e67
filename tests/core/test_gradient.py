import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnexp.core import Network
from nnexp.core.cost import COSTS

DEPTHS = [(3, 2), (5, 4, 3), (4, 5, 3, 2), (3, 4, 5, 4, 2)]


def some(sizes, n, seed=0):
    rng = np.random.default_rng(seed)
    net = Network(sizes, rng=rng, dtype="float64")
    return net, rng.random((n, sizes[0])), np.eye(sizes[-1])[rng.integers(sizes[-1], size=n)]


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("sizes", DEPTHS)
def test_backprop_agrees_with_finite_differences(sizes, cost):
    net, x, y = some(sizes, 7)
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
