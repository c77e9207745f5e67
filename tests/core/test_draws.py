"""Draws that no NumPy can change: what they are for seed 0 stands here, and may never be edited."""

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.random import PCG64
from scipy import stats
from scipy.special import ndtri

from nnexp.core import Network
from nnexp.core.draws import integers, normal, normal_quantile, shuffled, uniform

NORMAL = "0x1.66c1f2a4fbb6cp-2 -0x1.3a1730bdfda1cp-1 -0x1.bd4fcc8e168d4p+0 -0x1.10d2160e350fbp+1"
UNIFORM = "0x1.461fd79fb3850p-1 0x1.1442f7e20b674p-2 0x1.4fa7b529d9bd0p-5 0x1.0ec9ed84d0bc0p-6"
NETWORKS = {  # the digests of networks of sizes 4, 3, 2
    "normal": "6cedadda27c0a367d5b09c9cccad490aa024935e46d389abef2be95a9ec50325",
    "uniform_bias": "6f96a9b07bbf8cf0d328cc3a1a5e36c1a65dccbf5291efd3c0fdda4ad3e37aa7",
    "scaled": "e57cecf9db7791509dd01b388cf9710e9d651a52b2b18b08ef3e260de0330fc3",
}


class Bits:
    """All of a Generator that a draw may ask for: its bit generator, here or one that gives the numbers it is told."""

    def __init__(self, seed=0, numbers=None):
        given = SimpleNamespace(random_raw=lambda n: np.resize(np.array(numbers, np.uint64), n))
        self.bit_generator = PCG64(seed) if numbers is None else given


def test_known_integers():
    """NumPy's own promise; were it broken, no run of before could be trained again."""
    assert integers(Bits(), 3).tolist() == [11749869230777074271, 4976686463289251617, 755828109848996024]


def test_known_normals():
    assert normal(Bits(), 4).tolist() == [float.fromhex(word) for word in NORMAL.split()]


def test_known_fractions():
    assert uniform(Bits(), 4).tolist() == [float.fromhex(word) for word in UNIFORM.split()]


def test_known_orders():
    bits = Bits()
    assert shuffled(bits, 12).tolist() == [11, 3, 2, 1, 8, 6, 0, 7, 4, 10, 5, 9]
    assert shuffled(bits, 5).tolist() == [1, 3, 2, 0, 4]


@pytest.mark.parametrize("init", NETWORKS)
def test_known_networks(init):
    assert Network([4, 3, 2], rng=Bits(), init=init, dtype="float64").digest() == NETWORKS[init]


@pytest.mark.parametrize("draw", [normal, uniform])
def test_a_shape_is_filled_row_by_row_from_as_many_integers(draw):
    bits, again = Bits(), Bits()
    np.testing.assert_array_equal(draw(bits, 3, 2).ravel(), draw(again, 6))
    assert integers(bits, 1) == integers(again, 1) == integers(Bits(), 7)[6]


def test_an_order_takes_as_many_integers_as_there_are_examples():
    bits = Bits()
    shuffled(bits, 9)
    assert integers(bits, 1) == integers(Bits(), 10)[9]


def test_the_ends_of_what_is_drawn():
    ends = Bits(numbers=[0, 2**64 - 1])
    assert uniform(ends, 2).tolist() == [0, 1 - 2**-53]
    low, high = normal(ends, 2)
    assert low == -high == pytest.approx(ndtri(2**-53), rel=1e-14)


@pytest.mark.parametrize("n", [*range(1, 10), 16, 17, 255, 256, 257, 50_000])
def test_an_order_has_every_example_once(n):
    for seed in range(5):
        order = shuffled(Bits(seed), n)
        assert order.dtype == np.int64
        np.testing.assert_array_equal(np.sort(order), np.arange(n))


def test_equal_integers_are_no_defect():
    assert shuffled(Bits(numbers=[2**63 + 5]), 6).tolist() == [0, 1, 2, 3, 4, 5]


def test_every_order_comes_as_often_as_another():
    bits, orders = Bits(), dict.fromkeys(permutations(range(4)), 0)
    for _ in range(12_000):
        orders[tuple(shuffled(bits, 4).tolist())] += 1
    assert stats.chisquare(list(orders.values())).pvalue > 0.001


def test_every_example_comes_at_every_place_as_often_as_another():
    bits, counts = Bits(1), np.zeros((10, 10))
    for _ in range(5000):
        counts[np.arange(10), shuffled(bits, 10)] += 1
    statistic = ((counts - 500) ** 2 / 500).sum() * 9 / 10  # of 81 degrees of freedom: rows and columns sum up to 5000
    assert stats.chi2.sf(statistic, 81) > 0.001


def test_draws_are_distributed_as_they_say():
    assert stats.kstest(normal(Bits(), 100_000), "norm").pvalue > 0.001
    assert stats.kstest(uniform(Bits(1), 100_000), "uniform").pvalue > 0.001


def test_quantiles_that_wichura_published():
    p, expected = np.array([0.25, 0.001, 1e-20]), [-0.6744897501960817, -3.090232306167814, -9.262340089798408]
    np.testing.assert_allclose(normal_quantile(p), expected, rtol=1e-15)


def test_quantiles_are_those_of_scipy():
    rng = np.random.default_rng(0)
    p = np.concatenate([rng.uniform(0, 1, 100_000), 2.0 ** -rng.uniform(1, 53, 100_000), [0.075, 0.925, np.exp(-25)]])
    np.testing.assert_allclose(normal_quantile(p), ndtri(p), rtol=2e-15)
    assert normal_quantile(np.array([0.5])) == 0


def test_quantiles_rise_and_are_the_same_on_either_side():
    p = np.arange(1, 2**12) / 2**12  # each 1 - p is exact
    quantiles = normal_quantile(p)
    assert (np.diff(quantiles) > 0).all()
    np.testing.assert_array_equal(quantiles, -quantiles[::-1])
