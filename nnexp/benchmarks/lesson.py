"""What every contestant has to learn, and what a contestant is.

Examples are handed over as each would hold them: bytes, or float32 inputs that were scaled once, outside of the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnexp.core import Examples

ETA, BATCH_SIZE, DIGITS = 3.0, 10, 10  # the book's

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Lesson:
    """An epoch to learn with n_in-hidden-10, sigmoids and the quadratic cost: of inputs (n, n_in), targets (n, 10)."""

    examples: Examples
    inputs: Array
    targets: Array
    hidden: int
    batch_size: int

    @property
    def sizes(self) -> tuple[int, int, int]:
        """The neurons of each layer."""
        return self.inputs.shape[1], self.hidden, DIGITS


class Learner(NamedTuple):
    """A network that is ready to learn; what made it ready is not timed.

    `epoch` learns from every example once, in a new order; `answers` gives the digits (n,) of inputs (n, n_in), so that
    a test can see that something is learnt; whoever only computes has none.
    """

    epoch: Callable[[], object]
    answers: Callable[[Array], Any] | None = None


def lessons(examples: Examples, hidden: Sequence[int], batch_sizes: Sequence[int]) -> Iterator[Lesson]:
    """Give a lesson for each hidden size and each batch size, all of the same arrays."""
    inputs = (examples.images * np.float32(examples.scale)).astype(np.float32)
    targets = examples.targets(DIGITS, np.float32)
    for h in hidden:
        for m in batch_sizes:
            yield Lesson(examples, inputs, targets, h, m)
