"""What runs are measured by: how a metric is called, its unit, which way is better, and how its values are written.

A task declares each of its metrics once, as a `Measure`; the declarations are kept with every run, so that whoever
reads the run needs none of the task's code. Fractions of 1 are shown in per cent with two decimals, their differences
as points. Knows no runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor, isfinite, log10

FRACTION = "fraction"  # the unit of what is shown in per cent
SECONDS = "s"
MILLISECONDS = "ms"
PER_SECOND = "/s"
BY_VALUES = "?"  # of what is declared without one: once it was measured, it has that of its name and its values

UP, DOWN = "up", "down"  # which way is better

CHOOSE = "choose"  # settings are chosen by it, such as an accuracy on the validation set
REPORT = "report"  # it is reported and never chosen by, unless there is nothing else
TELL = "tell"  # its last value is worth telling

GUESSED = "guessed"  # the fourth word of a declaration that nobody made

ROUNDING = 1e-9  # of any result but a fraction, as a share of the largest: what a sum of floats may be off by
MOST_DECIMALS = 6  # of a number that is written without an exponent

LARGEST = 1e150  # squares of larger numbers are none any more; MLflow keeps infinity as 1.8e308

LOST_RECALL = 0.2  # a classifier that recognises no more than this share of a class has lost the class
LOST_FROM = 5  # examples of a class on; all of fewer may be missed by chance
BALANCED = "balanced accuracy"  # the mean share of a class that a classifier recognises, of all classes alike
DIGITS = tuple("0123456789")  # the names of classes that sentences call digits

FINAL = "final/"
BEST = "best/"
NOTHING = "–"

PARTS = ("train", "val", "valid", "validation", "dev", "eval", "test")  # of the data, on which is measured

_WORDS = {"val": "validation"}


@dataclass(frozen=True)
class Measure:
    """One metric, by its name in the tracking store.

    `series` names the metric of which each epoch has a value, where this one stands for a whole run: val/accuracy for
    final/val_accuracy. `counted_by` names the metric that counts, where this one is its share: test/correct for
    test/accuracy. Neither is kept with a run. What is `guessed` nobody declared: nnexp/undeclared.py took it for this.
    A name that ends in a slash declares all metrics below it: val/recall/ is said of val/recall/cat.
    """

    name: str
    unit: str = ""
    better: str = ""  # up, down, or neither
    purpose: str = ""  # choose, report, tell, or none
    series: str = ""
    counted_by: str = ""
    guessed: bool = field(default=False, kw_only=True)

    @property
    def is_of_many(self) -> bool:
        """Whether it is said of the metrics below it, and is none itself."""
        return self.name.endswith("/")

    @property
    def history(self) -> str:
        """The metric of which each epoch has a value: val/accuracy for final/val_accuracy."""
        return self.series or self.name

    @property
    def final(self) -> Measure:
        """The last value of a run, which stands for the run: final/val_accuracy for val/accuracy."""
        return replace(self, name=FINAL + self.history.replace("/", "_"), series=self.history)

    @property
    def best(self) -> Measure:
        """The best value of a run: best/val_accuracy for val/accuracy."""
        return replace(self, name=BEST + self.history.replace("/", "_"), series=self.history)

    @property
    def is_fraction(self) -> bool:
        """Whether the values are fractions to be shown in per cent."""
        return self.unit == FRACTION

    @property
    def is_timed(self) -> bool:
        """Whether the values were read from a clock: those of the same run trained again are others."""
        return self.unit in (SECONDS, MILLISECONDS, PER_SECOND)

    @property
    def higher_is_better(self) -> bool:
        """Whether more is better; a metric that says nothing of it is taken for one of which more is."""
        return self.better != DOWN

    @property
    def label(self) -> str:
        """The metric in words: validation accuracy."""
        words = self.history.replace("/", " ").replace("_", " ").split()
        return " ".join(_WORDS.get(word, word) for word in words)

    @property
    def noun(self) -> str:
        """What is measured, whatever it is measured on: accuracy for val/accuracy, acc for test_acc."""
        words = self.history.rpartition("/")[2].replace("_", " ").split(" ")
        return " ".join(words[1:] if words[0] in PARTS and len(words) > 1 else words)

    @property
    def column(self) -> str:
        """The metric as the head of a column: validation %."""
        return self._headed(self.label)

    @property
    def narrow_column(self) -> str:
        """The metric as the head of a column where there is little room: val %."""
        return self._headed(self.history.replace("/", " ").replace("_", " "))

    def _headed(self, words: str) -> str:
        return f"{words.removesuffix('accuracy').strip() or words} %" if self.is_fraction else words

    @property
    def factor(self) -> float:
        """What a stored value is multiplied by to be shown."""
        return 100.0 if self.is_fraction else 1.0

    def turned(self, value: float) -> float:
        """Turn a value of which more is better to the way of the metric, or back."""
        return value if self.higher_is_better else 0.0 - value  # never -0.0

    def show(self, value: float) -> str:
        """Write a value: 97.85 for an accuracy."""
        if not isfinite(value):
            return NOTHING
        return f"{100 * value:z.2f}" if self.is_fraction else _plain(value, 4)

    def show_gap(self, value: float) -> str:
        """Write a difference for a table: 2.21 of an accuracy, else to three digits."""
        return self.show(value) if self.is_fraction or not isfinite(value) else _plain(value, 3)

    def show_mean(self, mean: float, sd: float) -> str:
        """Write a mean and its standard deviation, if that is known, to as many decimals: 97.88 ± 0.14."""
        if self.is_fraction or not (isfinite(mean) and isfinite(sd)):
            return self.show(mean) + (f" ± {self.show(sd)}" if isfinite(sd) else "")
        if sd <= ROUNDING * abs(mean):
            return f"{self.show(mean)} ± 0"
        decimals = max(0, 1 - floor(log10(sd)))
        if decimals > MOST_DECIMALS or abs(mean) >= 1e15:
            return f"{self.show(mean)} ± {sd:.2g}"
        return f"{mean:z{',' if abs(mean) >= 1e4 else ''}.{decimals}f} ± {sd:.{decimals}f}"

    def show_goal(self, value: float) -> str:
        """Write a value that a person chose, in no more digits than were chosen: 95 %."""
        return f"{self.factor * value:g}{' %' if self.is_fraction else ''}"

    def gap(self, value: float, low: float, high: float) -> str:
        """Write a difference for a sentence, with its interval if there is one: 2.2 points [1.9, 2.5]."""
        decimals = 1 if abs(self.factor * value) >= 1 else 2
        if self.is_fraction:
            shown = [f"{self.factor * number:z.{decimals}f}" for number in (value, low, high)]
        else:
            shown = [_plain(number, 3) for number in (value, low, high)]
        unit = " points" if self.is_fraction else ""
        return f"{shown[0]}{unit}{f' [{shown[1]}, {shown[2]}]' if isfinite(low) else ''}"


BEST_EPOCH = f"{BEST}epoch"
EPOCH_SECONDS = Measure("time/epoch_s", SECONDS, DOWN)  # of a task that measures how long it learns in an epoch
TOTAL = Measure("time/total_s", SECONDS, DOWN)  # of work on all its epochs, those of a run that it went on from as well

FIRST_FORMAT: Mapping[str, Measure] = {  # what runs of the first format were measured by: they declare nothing
    "val/accuracy": Measure("val/accuracy", FRACTION, UP, CHOOSE),
    "test/accuracy": Measure("test/accuracy", FRACTION, UP, REPORT),
    "digits_never_predicted": Measure("digits_never_predicted", better=DOWN, purpose=TELL),
    "train/cost": Measure("train/cost", better=DOWN),
    "val/cost": Measure("val/cost", better=DOWN),
    EPOCH_SECONDS.name: EPOCH_SECONDS,
    TOTAL.name: TOTAL,
}


def write_measures(measures: Iterable[Measure]) -> str:
    """Write declarations as the text that is kept with a run."""
    facts = {one.name: [one.unit, one.better, one.purpose, *([GUESSED] * one.guessed)] for one in measures}
    return json.dumps(facts, separators=(",", ":"))


def read_measures(text: str | None) -> dict[str, Measure]:
    """Read declarations back, by name; of a run that has none (or has something else there), there are none."""
    try:
        declared = json.loads(text or "{}")
        return {
            str(name): replace(Measure(str(name), *map(str, facts[:3])), guessed=GUESSED in facts[3:])
            for name, facts in declared.items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def declaration_of(name: str, declared: Mapping[str, Measure]) -> Measure | None:
    """Find what is declared of a metric, by its own name or by that of what it stands below."""
    above = declared.get(f"{name.rpartition('/')[0]}/")
    return declared.get(name) or (replace(above, name=name) if above else None)


def judging(measures: Iterable[Measure], purposes: Sequence[str] = (CHOOSE, REPORT)) -> list[Measure]:
    """List what a run is judged by: first what settings are chosen by, then what is reported."""
    known = list(measures)
    return [one for purpose in purposes for one in known if one.purpose == purpose]


def is_usable(value: float) -> bool:
    """Tell whether a value can be reckoned with: nan, infinity and what stands for it cannot."""
    return abs(value) <= LARGEST


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


def with_article(noun: str) -> str:
    """Write a noun with its article: a loss, an accuracy."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def count(number: int, noun: str) -> str:
    """Write a number of things: 1 run, 3 runs, 10,000 runs, 2 processes."""
    several = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {several}"


def _plain(value: float, digits: int) -> str:
    """Write a number to so many digits, and one that has more of them before its point to all of these: 12,346."""
    return f"{value:z,.0f}" if 10**digits <= abs(value) < 1e15 else f"{value:z.{digits}g}"
