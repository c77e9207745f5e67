"""Seconds per epoch of the ways to train n_in-h-10, measured side by side.

All take turns in one sitting, so that a busy machine slows every one of them; compare the ratios, not the seconds.
The thread count of BLAS is the caller's to set: one thread is what a sweep's workers have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np

from nnexp.benchmarks.per_example import Pair, PerExampleNetwork
from nnexp.core import AUTO, Examples, Learning, Network, choose, train

ETA, BATCH_SIZE = 3.0, 10  # the book's
LOOP, FLOOR = "loop", "floor"

Epoch = Callable[[], float]  # does an epoch's work, and gives the seconds that it took


@dataclass(frozen=True)
class EpochTimes:
    """Medians over the rounds, by contestant: seconds per epoch, and how many times faster than the loop."""

    hidden: int
    batch_size: int
    seconds: dict[str, float]
    ratios: dict[str, float]


def measure(
    examples: Examples,
    hidden: Sequence[int] = (30, 100),
    batch_sizes: Sequence[int] = (BATCH_SIZE,),
    *,
    rounds: int = 3,
) -> list[EpochTimes]:
    """Time an epoch of n_in-h-10, for each hidden size h and each batch size, `rounds` times.

    The contestants: `loop`, the notebooks' per-example loop; `floor`, the five matrix products of a batch and nothing
    else, in NumPy, below which no dense network comes; `numpy` and, where it is built, `compiled`, nnexp's kernels.
    """
    pairs = _columns(examples)
    return [_measure(examples, pairs, h, m, rounds) for h in hidden for m in batch_sizes]


def _measure(examples: Examples, pairs: Sequence[Pair], hidden: int, batch_size: int, rounds: int) -> EpochTimes:
    sizes = [examples.images.shape[1], hidden, 10]
    chosen = choose(AUTO, examples, Learning(), "sigmoid").kernel
    contestants = {LOOP: _loop(sizes, pairs, batch_size), FLOOR: _floor(sizes, len(examples), batch_size)}
    for kernel in dict.fromkeys(("numpy", chosen)):
        contestants[kernel] = _ours(sizes, examples, batch_size, kernel, rounds)
    for name in contestants.keys() - {LOOP}:
        contestants[name]()  # the first epoch also touches the memory for the first time
    times = [{name: epoch() for name, epoch in contestants.items()} for _ in range(rounds)]
    return EpochTimes(
        hidden,
        batch_size,
        {name: median(one[name] for one in times) for name in contestants},
        {name: median(one[LOOP] / one[name] for one in times) for name in contestants},
    )


def _ours(sizes: Sequence[int], examples: Examples, batch_size: int, kernel: str, rounds: int) -> Epoch:
    rng = np.random.default_rng(0)
    learning = Learning(ETA, batch_size, rounds + 1)
    epochs = train(Network(sizes, rng=rng), examples, learning=learning, rng=rng, kernel=kernel)
    return lambda: next(epochs).epoch_s


def _loop(sizes: Sequence[int], pairs: Sequence[Pair], batch_size: int) -> Epoch:
    rng = np.random.default_rng(0)
    network = PerExampleNetwork(sizes, rng)
    return lambda: _seconds(lambda: network.sgd_epoch(pairs, batch_size, ETA, rng))


def _floor(sizes: Sequence[int], examples: int, batch_size: int) -> Epoch:
    rng = np.random.default_rng(0)
    n_in, hidden, n_out = sizes

    def some(*shape: int) -> np.ndarray:
        return rng.random(shape, np.float32)

    x, a, delta, below = (some(batch_size, n) for n in (n_in, hidden, n_out, hidden))
    first, last, first_nabla, last_nabla = (some(*shape) for shape in ((hidden, n_in), (n_out, hidden)) * 2)

    def epoch() -> None:
        for _ in range(examples // batch_size):
            np.matmul(x, first.T, out=below)
            np.matmul(a, last.T, out=delta)
            np.matmul(delta, last, out=below)
            np.matmul(delta.T, a, out=last_nabla)
            np.matmul(below.T, x, out=first_nabla)

    return lambda: _seconds(epoch)


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _columns(examples: Examples) -> list[Pair]:
    """Write the examples as the notebooks hold them: columns of float32 pixels, and of float64 targets."""
    x = (examples.images * np.float32(examples.scale)).astype(np.float32)
    y = examples.targets(10, np.float64)
    return [(x[i, :, None], y[i, :, None]) for i in range(len(examples))]
