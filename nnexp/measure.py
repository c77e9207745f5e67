"""What is measured: how a metric is called, which way is better, and how its values are written.

Accuracies are stored as fractions and shown in per cent with two decimals; their differences are points.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

VALIDATION = "final/val_accuracy"
TEST = "final/test_accuracy"
NOTHING = "–"

_WORDS = {"val": "validation"}


@dataclass(frozen=True)
class Measure:
    """A metric by its tracked name, such as final/val_accuracy."""

    name: str

    @property
    def is_accuracy(self) -> bool:
        """Whether the values are fractions to be shown in per cent."""
        return self.name.endswith("accuracy")

    @property
    def higher_is_better(self) -> bool:
        """Whether more is better: not so for costs, times, dead digits and the epoch of the best."""
        return not (self.name.endswith(("cost", "epoch", "digits_never_predicted")) or self.name.startswith("time/"))

    @property
    def label(self) -> str:
        """The metric in words: validation accuracy."""
        words = self.name.removeprefix("final/").replace("/", " ").replace("_", " ").split()
        return " ".join(_WORDS.get(word, word) for word in words)

    @property
    def column(self) -> str:
        """The metric as the head of a column: validation %."""
        return self.label.replace(" accuracy", " %").replace("accuracy", "%")

    @property
    def factor(self) -> float:
        """What a stored value is multiplied by to be shown."""
        return 100.0 if self.is_accuracy else 1.0

    @property
    def history(self) -> str:
        """The metric of which each epoch has a value: val/accuracy for final/val_accuracy."""
        return self.name.removeprefix("final/").replace("val_", "val/").replace("test_", "test/")

    def show(self, value: float) -> str:
        """Write a value: 97.85 for an accuracy."""
        if not isfinite(value):
            return NOTHING
        return f"{100 * value:.2f}" if self.is_accuracy else f"{value:.4g}"

    def show_difference(self, value: float) -> str:
        """Write a signed difference for a table: +2.20."""
        if not isfinite(value):
            return NOTHING
        return f"{100 * value:+.2f}" if self.is_accuracy else f"{value:+.3g}"

    def gap(self, value: float, low: float, high: float) -> str:
        """Write a difference for a sentence, with its interval if there is one: 2.2 points [1.9, 2.5]."""
        shown = [self.factor * number for number in (value, low, high)]
        digits = f".{1 if abs(shown[0]) >= 1 else 2}f" if self.is_accuracy else ".3g"
        unit = " points" if self.is_accuracy else ""
        interval = f" [{shown[1]:{digits}}, {shown[2]:{digits}}]" if isfinite(low) else ""
        return f"{shown[0]:{digits}}{unit}{interval}"


def show_seconds(value: float) -> str:
    """Write seconds to three figures: 0.200, 12.4, 384."""
    if not isfinite(value):
        return NOTHING
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def show_p(value: float) -> str:
    """Write a p-value to two figures: 0.24, 0.0004, < 0.0001."""
    if not isfinite(value):
        return NOTHING
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}" if value < 0.001 else f"{value:.2g}"


def count(number: int, noun: str) -> str:
    """Write a number of things: 1 run, 3 runs, 10,000 runs."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
