"""Seconds per epoch of the ways to train n_in-h-10, measured side by side.

All take turns in one sitting, so that a busy machine slows every one of them; compare the ratios, not the seconds.
How many cores there are is the caller's to set: one is what each of a sweep's workers has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from nnexp.benchmarks.contestants import LOOP, entrants
from nnexp.benchmarks.lesson import BATCH_SIZE, Lesson, lessons
from nnexp.core import Examples


@dataclass(frozen=True)
class EpochTimes:
    """Medians over the rounds, by contestant: seconds per epoch, and how many times faster than the loop."""

    examples: int
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
) -> Iterator[EpochTimes]:
    """Time an epoch of n_in-h-10 by all that can run here, for each hidden size h and each batch size."""
    for lesson in lessons(examples, hidden, batch_sizes):
        yield _measure(lesson, rounds)


def _measure(lesson: Lesson, rounds: int) -> EpochTimes:
    epochs = {name: one.ready(lesson).epoch for name, one in entrants(lesson.examples).items()}
    for name in epochs.keys() - {LOOP}:
        epochs[name]()  # the first epoch also compiles, and touches the memory for the first time
    times = [{name: _seconds(epoch) for name, epoch in epochs.items()} for _ in range(rounds)]
    return EpochTimes(
        len(lesson.examples),
        lesson.hidden,
        lesson.batch_size,
        {name: median(one[name] for one in times) for name in epochs},
        {name: median(one[LOOP] / one[name] for one in times) for name in epochs},
    )


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
