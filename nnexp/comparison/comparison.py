"""What a comparison found, in numbers. It knows no sentence: nnexp/report/prose tells it in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from nnexp.comparison.curves import Target
from nnexp.comparison.deciding import Deciding
from nnexp.comparison.eligible import LeftOut
from nnexp.comparison.groups import natural
from nnexp.comparison.losses import Lost, Stake
from nnexp.comparison.predictions import McNemar
from nnexp.comparison.price import PriceOfChoosing
from nnexp.comparison.requirement import Requirement
from nnexp.comparison.so_far import SoFar
from nnexp.comparison.summary import Summary
from nnexp.comparison.times import TimeRatio
from nnexp.comparison.verdict import Verdict
from nnexp.measure import Measure
from nnexp.statistics.variance_shares import VarianceShares
from nnexp.tracking.records import Run


class Nothing(Enum):
    """Why there is nothing to compare at all."""

    NO_RUN = auto()
    NONE_FINISHED = auto()
    NO_NUMBER = auto()


@dataclass(frozen=True)
class Comparison:
    """What a comparison found. `configurations` stand best first: what may be best by level, then what is ruled out."""

    by: tuple[str, ...]  # the settings told apart
    deciding: Deciding
    left_out: tuple[LeftOut, ...] = ()  # runs that do not count
    missing: tuple[str, ...] = ()  # configurations of which no run counts
    nothing: Nothing | None = None  # what follows is then empty
    configurations: tuple[Summary, ...] = ()
    lost: Lost = field(default_factory=dict)  # what each lost run lost, by its id
    verdict: Verdict | None = None  # None where there is nothing to decide: no run, one configuration, or mere seeds
    stake: Stake | None = None  # what the classes cost that runs lost; None where none is lost
    reported: Measure | None = None  # what is reported beside what decides
    besides: tuple[Measure, ...] = ()  # what else settings are declared to be judged by
    target: Target | None = None
    mattered: VarianceShares | None = None  # of what the good seeds reached; None where it cannot be told
    price: PriceOfChoosing | None = None  # of the first configuration, if what is reported did not choose it
    time_ratio: TimeRatio | None = None
    requirement: Requirement | None = None  # None where nothing is required
    mcnemar: McNemar | None = None  # two single runs on the same examples, in the order of `configurations`
    so_far: SoFar | None = None  # how far its sweep is, if more runs are coming
    command: str = ""  # that launched its sweep, where that can be given more seeds
    other_examples: bool = False  # two single runs were not tested on the same examples

    @property
    def measure(self) -> Measure:
        """The metric that decides."""
        return self.deciding.measure

    @property
    def runs(self) -> list[Run]:
        """The runs that count, by configuration."""
        return [run for one in self.configurations for run in one.runs]

    @property
    def in_natural_order(self) -> list[Summary]:
        """The configurations by the values of their settings, rather than best first."""
        return sorted(self.configurations, key=lambda one: natural(one.values))

    @property
    def tells_lost_runs(self) -> bool:
        """Whether the runs say if they were lost, as those of a classifier do."""
        return any(one.loss for one in self.configurations)
