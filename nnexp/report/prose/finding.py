"""A decision and all that is needed to tell it; how its levels, differences and lost runs are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan

from nnexp.measure import Measure, count
from nnexp.statistics.decision import ALPHA, Decision, Results
from nnexp.statistics.interval import Interval
from nnexp.statistics.looks import SHARE
from nnexp.statistics.loss import Loss

MOST_NAMES = 6


@dataclass(frozen=True)
class Finding:
    """What was found, and what to call it. Results and margin are in the unit of the measure, as they are stored."""

    decision: Decision
    results: Mapping[str, Results]  # more is better: those of a measure of which less is better come negated
    margin: float  # differences no larger do not matter
    measure: Measure
    more: int | None = None  # seeds that would settle it, by `more_seeds`
    alpha: float = ALPHA
    looked: bool = False  # whether other looks were made, or will be: each has but its share of the error
    so_far: bool = False  # whether more runs are coming
    lost: str = ""  # what a lost run lost: digit; nothing: the run itself
    remedy: str = ""  # how to get more seeds, such as what is added to a command

    @property
    def spent(self) -> float:
        """The error that is spent at this look."""
        return self.alpha * SHARE if self.looked else self.alpha

    @cached_property
    def losses(self) -> dict[str, Loss]:
        """How many runs of each setting were lost."""
        return {name: Loss(one.lost, one.runs) for name, one in self.decision.standings.items()}

    @property
    def tells_loss(self) -> bool:
        """Whether lost runs are an outcome of their own."""
        return self.decision.loses_runs and not self.decision.as_they_are

    def level(self, name: str) -> str:
        """Write a setting's level: 97.85 %."""
        value = self.measure.turned(self.decision.standings[name].level)
        unit = "%" if self.measure.is_fraction else self.measure.unit
        return f"{self.measure.show(value)} {unit}".strip()

    def gap(self, size: float) -> str:
        """Write a difference: 0.61 points."""
        return self.measure.gap(size, nan, nan)

    def between(self, one: Interval) -> str:
        """Write a difference that is shown, with its bounds; a lower one of 0 is itself left out: (0, 0.75]."""
        if one.low > 0:
            return self.measure.gap(one.estimate, one.low, one.high)
        return f"{self.gap(one.estimate)} (0, {self.gap(one.high).partition(' ')[0]}]"

    def lost_of(self, name: str) -> str:
        """Say how many runs a setting lost: a digit in 3 of 5 runs; 3 of 5 runs; none of 5 runs."""
        one = self.decision.standings[name]
        if not one.lost:
            return f"no {self.lost} in {count(one.runs, 'run')}" if self.lost else f"none of {count(one.runs, 'run')}"
        all_runs = "its only run" if one.runs == 1 else f"all {one.runs:,} runs"
        share = all_runs if one.lost == one.runs else f"{one.lost:,} of {count(one.runs, 'run')}"
        return f"a {self.lost} in {share}" if self.lost else share

    @property
    def good_runs(self) -> str:
        """Name the runs that count for a level: the runs that lost no digit."""
        return f"the runs that lost no {self.lost}" if self.lost else "the runs that were not lost"

    @property
    def seeds(self) -> str:
        """Say how many seeds the settings have: 5 seeds; 3 to 5 seeds."""
        runs = {one.runs for one in self.decision.standings.values()}
        return count(max(runs), "seed") if len(runs) == 1 else f"{min(runs):,} to {max(runs):,} seeds"


def listed(names: Sequence[str], last: str = "and") -> str:
    """List names for a sentence: A, B and C; past six, how many more."""
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
