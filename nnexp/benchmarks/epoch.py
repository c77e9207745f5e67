"""Seconds per epoch of nnexp.core and of the notebooks' per-example loop, measured side by side.

The two take turns in one sitting, so that a busy machine slows both; compare the ratios, not the seconds. BLAS's thread
count is the caller's to set, before NumPy is imported: one thread is what a sweep's workers have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np

from nnexp.benchmarks.per_example import Pair, PerExampleNetwork
from nnexp.core import Examples, Learning, Network, train

ETA, BATCH_SIZE = 3.0, 10  # the book's


@dataclass(frozen=True)
class EpochTimes:
    """Medians over the rounds: seconds per epoch of both, and how many times faster nnexp.core is."""

    hidden: int
    loop_s: float
    ours_s: float
    ratio: float


def measure(examples: Examples, hidden: Sequence[int] = (30, 100), *, rounds: int = 3) -> list[EpochTimes]:
    """Time an epoch of n_in-h-10, for each hidden size h, `rounds` times."""
    pairs = _columns(examples)
    return [_measure(examples, pairs, h, rounds) for h in hidden]


def _measure(examples: Examples, pairs: Sequence[Pair], hidden: int, rounds: int) -> EpochTimes:
    sizes = [examples.images.shape[1], hidden, 10]
    rng = np.random.default_rng(0)
    loop = PerExampleNetwork(sizes, rng)
    learning = Learning(ETA, BATCH_SIZE, rounds + 1)
    ours = train(Network(sizes, rng=rng), examples, learning=learning, rng=rng)
    next(ours)  # the first epoch also touches the memory for the first time
    times = [(_loop_seconds(loop, pairs, rng), next(ours).epoch_s) for _ in range(rounds)]
    loop_s, ours_s = (median(column) for column in zip(*times, strict=True))
    return EpochTimes(hidden, loop_s, ours_s, median(theirs / mine for theirs, mine in times))


def _loop_seconds(loop: PerExampleNetwork, pairs: Sequence[Pair], rng: np.random.Generator) -> float:
    began = perf_counter()
    loop.sgd_epoch(pairs, BATCH_SIZE, ETA, rng)
    return perf_counter() - began


def _columns(examples: Examples) -> list[Pair]:
    """Write the examples as the notebooks hold them: columns of float32 pixels, and of float64 targets."""
    x = (examples.images * np.float32(examples.scale)).astype(np.float32)
    y = examples.targets(10, np.float64)
    return [(x[i, :, None], y[i, :, None]) for i in range(len(examples))]
