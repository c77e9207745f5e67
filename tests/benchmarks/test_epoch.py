import numpy as np

from nnexp.benchmarks.epoch import measure
from nnexp.benchmarks.per_example import PerExampleNetwork
from nnexp.core import Examples


def test_measures_both_for_every_hidden_size():
    rng = np.random.default_rng(0)
    examples = Examples(rng.integers(256, size=(40, 5)).astype(np.uint8), rng.integers(10, size=40), 1 / 256)
    table = measure(examples, [3, 4], rounds=2)
    assert [times.hidden for times in table] == [3, 4]
    assert all(times.loop_s > 0 and times.ours_s > 0 and times.ratio > 0 for times in table)


def test_the_loop_learns():
    rng = np.random.default_rng(0)
    loop = PerExampleNetwork([2, 3, 2], rng)
    pairs = [(x[:, None], x[:, None]) for x in np.eye(2)] * 20
    for _ in range(20):
        loop.sgd_epoch(pairs, 4, 3.0, rng)
    assert [loop.feedforward(x).argmax() for x, _ in pairs[:2]] == [0, 1]
