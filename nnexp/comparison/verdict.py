"""What the configurations' results decide. The rules are nnexp/statistics/'s; here stands what they are applied to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnexp.comparison.summary import Summary
from nnexp.measure import Measure
from nnexp.statistics.decision import ALPHA, Decision, Results, decide
from nnexp.statistics.loss import loses_more
from nnexp.statistics.seeds import more_seeds

WORTHWHILE = 0.2  # points of an accuracy: a smaller difference is none that anybody would act on
RESOLUTION = 0.0001  # of an accuracy: an example of 10,000
ROUNDING = 1e-9  # of any other result, as a share of the largest: what a sum of floats may be off by


@dataclass(frozen=True)
class Verdict:
    """A decision, and what it was made from; where less is better, results are negated."""

    decision: Decision
    results: Mapping[str, Results]
    margin: float  # a smaller difference does not matter
    alpha: float
    more_seeds: int | None  # of each that is left, to settle between them; None: past 100, or nothing to settle
    loses_more: Mapping[str, float]  # p, of those that lost a run: whether it loses more often than the best other

    @property
    def is_decided(self) -> bool:
        """Whether there is one to take."""
        return self.decision.is_decided(self.margin)


def judge(
    configurations: Sequence[Summary], measure: Measure, *, worthwhile: float | None = None, alpha: float = ALPHA
) -> Verdict:
    """Decide which configurations may be the best; `worthwhile` is in the unit in which differences are shown."""
    usual = WORTHWHILE if measure.is_fraction else 0.0
    margin = (usual if worthwhile is None else worthwhile) / measure.factor
    results = {one.label: oriented(one.results, measure) for one in configurations}
    largest = max((abs(x) for one in results.values() for x in one.all), default=0.0)
    found = decide(results, resolution=RESOLUTION if measure.is_fraction else ROUNDING * largest, alpha=alpha)
    losses = {one.label: one.loss for one in configurations if one.loss}
    more = {name: loses_more(losses, name) for name, loss in losses.items() if loss.count}
    return Verdict(found, results, margin, alpha, more_seeds(results, found, margin, alpha), more)


def oriented(results: Results, measure: Measure) -> Results:
    """Turn results so that more is better."""
    sign = 1 if measure.higher_is_better else -1
    return Results([sign * x for x in results.good], [sign * x for x in results.lost])
