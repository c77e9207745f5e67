"""The results of any tool -> a judgement: which settings may be the best, or whether one is better than another.

Margin and resolution are told in points: hundredths of a fraction, or of any other result its own unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnexp.comparison.verdict import Verdict, oriented, spent
from nnexp.errors import ConfigError, DataError
from nnexp.measure import DOWN, FRACTION, LARGEST, UP, Measure
from nnexp.statistics.decision import ALPHA, Results, decide

PERCENT = ("%", "percent", "points")  # units in which a fraction may come; it is kept as one


@dataclass(frozen=True)
class Terms:
    """How results are to be judged."""

    result: str = "result"  # what it is called
    lower_is_better: bool = False
    unit: str | None = None  # None: a fraction where all results lie in [0, 1], else a plain number
    worthwhile: float = 0.2  # points; no larger a difference matters
    resolution: float = 0.01  # points; no spread is taken for less than such a step
    alpha: float = ALPHA

    def check(self) -> None:
        """Refuse what cannot be used.

        Raises
        ------
        ConfigError
            If a number is out of its range.
        """
        for name, fits, requirement in (
            ("worthwhile", self.worthwhile >= 0, "at least 0"),
            ("worthwhile", self.worthwhile <= LARGEST, f"at most {LARGEST:g}"),
            ("resolution", self.resolution > 0, "above 0"),
            ("resolution", self.resolution <= LARGEST, f"at most {LARGEST:g}"),
            ("alpha", 1e-9 <= self.alpha <= 0.5, "between 1e-9 and 0.5"),
        ):
            if not fits:
                raise ConfigError(f"{name} must be {requirement}, but got {getattr(self, name):g}")


@dataclass(frozen=True)
class Judgement(Verdict):
    """A verdict on the results of any tool."""

    measure: Measure
    terms: Terms

    def is_better(self, one: str, other: str) -> bool | None:
        """Tell whether one of two is better: shown to be, shown not to be (by more than the margin), or open."""
        standings = self.decision.standings
        if standings[one].reason or standings[other].reason:
            return standings[one].reason is None
        alike = self.decision.is_clean(other) and self.decision.is_within(other, self.margin)
        return False if alike else None


def judge(results: Mapping[str, Results], terms: Terms, looks: Sequence[int] = ()) -> Judgement:
    """Judge results; `looks` were made at them before, while seeds were added.

    Raises
    ------
    ConfigError, DataError
        If the terms cannot be used, or there is nothing to compare.
    """
    terms.check()
    if len(results) < 2:
        raise DataError(f"there must be two settings or more to compare, but there is one: {', '.join(results)}")
    unit = _unit(results) if terms.unit is None else terms.unit
    measure = Measure(terms.result, FRACTION if unit in PERCENT else unit, DOWN if terms.lower_is_better else UP)
    factor = 0.01 if unit in PERCENT else 1.0
    turned = {name: oriented(one, measure, factor) for name, one in sorted(results.items())}
    alpha = spent(terms.alpha, one_of_many=bool(looks))
    found = decide(turned, resolution=terms.resolution / measure.factor, alpha=alpha)
    return Judgement(found, turned, terms.worthwhile / measure.factor, terms.alpha, measure, terms, looks=tuple(looks))


def _unit(results: Mapping[str, Results]) -> str:
    return FRACTION if all(0 <= x <= 1 for one in results.values() for x in one.all) else ""
