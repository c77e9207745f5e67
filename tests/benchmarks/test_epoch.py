import numpy as np

from nnexp.benchmarks.epoch import measure
from nnexp.benchmarks.per_example import PerExampleNetwork
from nnexp.core import Examples


def test_measures_all_for_every_hidden_and_batch_size():
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(40, 5)) * rng.integers(2, size=(40, 5))
    examples = Examples(images.astype(np.uint8), rng.integers(10, size=40), 1 / 256)
    table = measure(examples, [3, 4], [5, 7], rounds=2)
    assert [(times.hidden, times.batch_size) for times in table] == [(3, 5), (3, 7), (4, 5), (4, 7)]
    for times in table:
        assert list(times.seconds) == list(times.ratios) == ["loop", "floor", "numpy", "compiled"]
        assert min(times.seconds.values()) > 0
        assert times.ratios["loop"] == 1


def test_the_loop_learns():
    rng = np.random.default_rng(0)
    loop = PerExampleNetwork([2, 3, 2], rng)
    pairs = [(x[:, None], x[:, None]) for x in np.eye(2)] * 20
    for _ in range(20):
        loop.sgd_epoch(pairs, 4, 3.0, rng)
    assert [loop.feedforward(x).argmax() for x, _ in pairs[:2]] == [0, 1]
