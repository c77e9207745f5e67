"""What results decide, and what is known beside it. The rules are nnexp/statistics/'s; here they are applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nnexp.comparison.summary import Summary
from nnexp.measure import ROUNDING, Measure
from nnexp.statistics.decision import ALPHA, Decision, Results, decide
from nnexp.statistics.looks import SHARE
from nnexp.statistics.loss import Loss, loses_more
from nnexp.statistics.seeds import more_seeds

WORTHWHILE = 0.2  # points of an accuracy: a smaller difference is none that anybody would act on
RESOLUTION = 0.0001  # of an accuracy: an example of 10,000


@dataclass(frozen=True)
class Verdict:
    """A decision, and what it was made from; where less is better, results are negated."""

    decision: Decision
    results: Mapping[str, Results]
    margin: float  # a smaller difference does not matter; in the unit of the results
    alpha: float  # the error of all statements together, at all looks
    looks: tuple[int, ...] = field(default=(), kw_only=True)  # the seeds of those made while seeds were added
    on_the_way: bool = field(default=False, kw_only=True)  # whether more runs are coming, and more looks with them

    @property
    def spent(self) -> float:
        """The error that is spent at this look."""
        return spent(self.alpha, one_of_many=self.is_one_of_many)

    @property
    def is_one_of_many(self) -> bool:
        """Whether other looks were made at these runs, or will be."""
        return self.on_the_way or bool(self.looks)

    @property
    def is_decided(self) -> bool:
        """Whether there is one to take."""
        return self.decision.is_decided(self.margin)

    @property
    def more_seeds(self) -> int | None:
        """How many more seeds of each that is left would settle it: 0 where nothing is open, None past 100."""
        return 0 if self.is_decided else more_seeds(self.results, self.decision, self.margin, self.spent)

    @cached_property
    def loses_more(self) -> Mapping[str, float]:
        """The p-value, of each that lost a run, of its losing runs more often than the best of the others."""
        losses = {name: Loss(one.lost, one.runs) for name, one in self.decision.standings.items()}
        return {name: loses_more(losses, name) for name, loss in losses.items() if loss.count}


def verdict(
    configurations: Sequence[Summary],
    measure: Measure,
    *,
    worthwhile: float | None = None,
    looks: Sequence[int] = (),
    on_the_way: bool = False,
) -> Verdict:
    """Decide which configurations may be the best; `worthwhile` is in the unit in which differences are shown.

    Where looks were made while seeds were added, or more are to come, this one has but its share of the error.
    """
    usual = WORTHWHILE if measure.is_fraction else 0.0
    margin = (usual if worthwhile is None else worthwhile) / measure.factor
    results = {one.label: oriented(one.results, measure) for one in configurations}
    alpha = spent(ALPHA, one_of_many=on_the_way or bool(looks))
    found = decide(results, resolution=resolution(results.values(), measure), alpha=alpha)
    return Verdict(found, results, margin, ALPHA, looks=tuple(looks), on_the_way=on_the_way)


def spent(alpha: float, *, one_of_many: bool) -> float:
    """Give what one look may spend of an error, where there are others."""
    return alpha * SHARE if one_of_many else alpha


def resolution(results: Iterable[Results], measure: Measure) -> float:
    """Give the least step of a result: no spread is taken for less."""
    if measure.is_fraction:
        return RESOLUTION
    return ROUNDING * (max((abs(x) for one in results for x in one.all), default=0.0) or 1.0)


def oriented(results: Results, measure: Measure, factor: float = 1.0) -> Results:
    """Turn results so that more is better, in another unit if a factor is given."""
    factor = factor if measure.higher_is_better else -factor
    return Results([factor * x for x in results.good], [factor * x for x in results.lost])
