"""How cost grows: seconds as a power of a size, by least squares over the logarithms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from nnexp.benchmarks.epoch import EpochTimes, measure
from nnexp.core import Examples

FEWEST = 3  # sizes that a power is fitted to
HIDDEN = 30  # neurons, while the examples grow
PARTS = (0.1, 0.2, 0.4, 1.0)  # of the examples
RUNS = (1, 2, 4, 8)
SWEEP = "sweep"

Launch = Callable[[int, int], float]  # trains so many runs on so many workers, and gives the seconds that it took


@dataclass(frozen=True)
class Growth:
    """Seconds by size, for each of several, and the exponent b of each: seconds ~ size^b."""

    of: str
    seconds: Mapping[str, Mapping[int, float]]
    exponents: Mapping[str, float]

    @property
    def sizes(self) -> list[int]:
        """From the smallest to the largest."""
        return sorted(next(iter(self.seconds.values())))


def by_hidden(times: Sequence[EpochTimes]) -> Iterator[Growth]:
    """Fit an epoch's seconds to the hidden size, for each batch size of which there are enough."""
    for m in dict.fromkeys(one.batch_size for one in times):
        of_m = {one.hidden: one for one in times if one.batch_size == m}
        if len(of_m) >= FEWEST:
            names = next(iter(of_m.values())).seconds
            seconds = {name: {h: one.seconds[name] for h, one in of_m.items()} for name in names}
            yield _fitted(f"hidden, batch {m}", seconds)


def by_examples(examples: Examples, *, rounds: int) -> Growth:
    """Time epochs of a tenth, two and four tenths, and all of the examples, in turns, and fit them to their number."""
    parts = [round(part * len(examples)) for part in PARTS]
    firsts = {n: Examples(examples.images[:n], examples.labels[:n], examples.scale) for n in parts}
    turns = [{n: next(measure(firsts[n], [HIDDEN], rounds=1)).seconds for n in parts} for _ in range(rounds)]
    names = turns[0][parts[0]]
    return _fitted("examples", {name: {n: median(turn[n][name] for turn in turns) for n in parts} for name in names})


def by_launches(launch: Launch, *, cores: int, rounds: int) -> Iterator[Growth]:
    """Time sweeps of more and more runs on one worker, and of the most runs on more and more workers."""
    most, workers = RUNS[-1], [n for n in RUNS if n <= cores]
    shapes = dict.fromkeys([*((runs, 1) for runs in RUNS), *((most, n) for n in workers)])
    turns = [{shape: launch(*shape) for shape in shapes} for _ in range(rounds)]
    seconds = {shape: median(turn[shape] for turn in turns) for shape in shapes}
    yield _fitted("runs on one worker", {SWEEP: {runs: seconds[runs, 1] for runs in RUNS}})
    if len(workers) > 1:
        yield _fitted(f"workers on {most} runs", {SWEEP: {n: seconds[most, n] for n in workers}})


def exponent(seconds: Mapping[int, float]) -> float:
    """Fit b of seconds ~ size^b."""
    return float(np.polyfit(np.log([*seconds]), np.log([*seconds.values()]), 1)[0])


def _fitted(of: str, seconds: Mapping[str, Mapping[int, float]]) -> Growth:
    return Growth(of, seconds, {name: exponent(each) for name, each in seconds.items()})
