import numpy as np

from nnexp.benchmarks.per_example import PerExampleNetwork


def test_the_loop_learns():
    rng = np.random.default_rng(0)
    loop = PerExampleNetwork([2, 3, 2], rng)
    pairs = [(x[:, None], x[:, None]) for x in np.eye(2)] * 20
    for _ in range(20):
        loop.sgd_epoch(pairs, 4, 3.0, rng)
    assert [loop.feedforward(x).argmax() for x, _ in pairs[:2]] == [0, 1]
