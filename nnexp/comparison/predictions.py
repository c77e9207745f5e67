"""Two networks compared on the same test examples."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nnexp.archive.predictions import Predictions
from nnexp.statistics.estimates import mcnemar


@dataclass(frozen=True)
class McNemar:
    """Two networks on the same examples: how many each alone got right, and McNemar's exact p."""

    examples: int
    only_a: int
    only_b: int
    p: float

    @property
    def difference(self) -> float:
        """How much more of the examples b got right, as a fraction."""
        return (self.only_b - self.only_a) / self.examples

    @property
    def interval(self) -> tuple[float, float]:
        """Give the 95 % interval of the difference (Wald, for paired proportions)."""
        n, b, c = self.examples, self.only_a, self.only_b
        half = 1.959964 * sqrt(max(b + c - (b - c) ** 2 / n, 0)) / n
        return self.difference - half, self.difference + half


def compare_predictions(a: Predictions, b: Predictions) -> McNemar | None:
    """Compare two networks on their test examples; None if these are not the same."""
    if not np.array_equal(a.labels, b.labels):
        return None
    only_a, only_b = int(np.sum(a.correct & ~b.correct)), int(np.sum(b.correct & ~a.correct))
    return McNemar(len(a.labels), only_a, only_b, mcnemar(only_a, only_b))
