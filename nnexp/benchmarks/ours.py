"""The contestants that come with nnexp: the notebooks' loop, the least that dense products take, and the kernels."""

from __future__ import annotations

import numpy as np

from nnexp.benchmarks.lesson import ETA, Array, Learner, Lesson
from nnexp.benchmarks.per_example import PerExampleNetwork
from nnexp.core import Examples, Learning, Network, predict
from nnexp.core.blas import add_product
from nnexp.core.sgd import Descent

TINY = 1e-9  # a step that leaves the numbers as large as they are


def loop(lesson: Lesson) -> Learner:
    """The notebooks' loop: columns of float32 pixels and float64 targets, an example at a time."""
    rng = np.random.default_rng(0)
    network = PerExampleNetwork(lesson.sizes, rng)
    targets = lesson.targets.astype(np.float64)
    pairs = [(x[:, None], y[:, None]) for x, y in zip(lesson.inputs, targets, strict=True)]

    def answers(inputs: Array) -> object:
        return [network.feedforward(x[:, None]).argmax() for x in inputs]

    return Learner(lambda: network.sgd_epoch(pairs, lesson.batch_size, ETA, rng), answers)


def kernel(lesson: Lesson, name: str) -> Learner:
    """nnexp.core with one of its kernels."""
    rng = np.random.default_rng(0)
    network = Network(lesson.sizes, rng=rng)
    descent = Descent(network, lesson.examples, Learning(ETA, lesson.batch_size), name)

    def answers(inputs: Array) -> object:
        return predict(network, Examples(inputs, np.zeros(len(inputs), np.uint8)), kernel=name).argmax(axis=1)

    return Learner(lambda: descent.epoch(ETA, rng), answers)


def floor(lesson: Lesson) -> Learner:
    """The five matrix products of a batch and nothing else, by BLAS in place: no dense network takes less."""
    rng = np.random.default_rng(0)
    n_in, hidden, n_out = lesson.sizes

    def some(*shape: int) -> Array:
        return rng.random(shape, np.float32)

    x, a, delta, below = (some(lesson.batch_size, n) for n in (n_in, hidden, n_out, hidden))
    first, last = some(hidden, n_in), some(n_out, hidden)

    def epoch() -> None:
        for _ in range(len(lesson.inputs) // lesson.batch_size):
            add_product(x, first.T, out=below, beta=0)
            add_product(a, last.T, out=delta, beta=0)
            add_product(delta, last, out=below, beta=0)
            add_product(delta.T, a, out=last, alpha=TINY)
            add_product(below.T, x, out=first, alpha=TINY)

    return Learner(epoch)
