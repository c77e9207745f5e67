"""What configurations take, where their runs can be set side by side: on one machine, in one launch of a sweep.

Only so is the load alike, more or less: a launch gives its runs to as many workers from its beginning to its end. What
lies within a tenth is taken for the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from nnexp.comparison.summary import Summary
from nnexp.comparison.verdict import Verdict
from nnexp.measure import TOTAL
from nnexp.statistics.interval import Interval
from nnexp.statistics.ratio import ratio
from nnexp.tracking.records import Run, Tag

SAME = 1.1  # times as long, at most

Seconds = Mapping[str, Sequence[float]]  # of each configuration, a run each


@dataclass(frozen=True)
class TimeRatio:
    """How many times as long one configuration takes as another."""

    label: str
    other: str
    times: Interval

    @property
    def is_same(self) -> bool:
        """Whether the two are shown to take the same time."""
        return self.times.low >= 1 / SAME and self.times.high <= SAME


def comparable_seconds(configurations: Sequence[Summary]) -> Seconds:
    """Give the seconds of the runs of the one launch, on one machine, that made the most of them; {} without any."""
    launches = Counter(launch for one in configurations for run in one.runs if (launch := _launch(run)))
    if not launches:
        return {}
    most = max(launches, key=lambda launch: (launches[launch], launch))
    return {
        one.label: [s for run in one.runs if _launch(run) == most and (s := _seconds(run)) > 0]
        for one in configurations
    }


def time_ratio(verdict: Verdict, seconds: Seconds) -> TimeRatio | None:
    """Set the best configuration against the next that is shown to be cheaper, and may do as well.

    Those that may be best or are in practice as good come first, then the others that lose no run. Where none is shown
    to be cheaper, the next that may be best is told if it is shown to take the same time. All intervals hold at once.
    """
    found = verdict.decision
    best, *left = found.may_be_best
    others = [name for name in (*left, *found.ruled_out) if seconds.get(name)]
    alpha = verdict.alpha / max(len(others), 1)
    ratios = [TimeRatio(best, name, ratio(seconds.get(best, ()), seconds[name], alpha)) for name in others]
    cheaper = [one for one in ratios if one.times.low > SAME]
    as_good = [one for one in cheaper if one.other in left or found.is_within(one.other, verdict.margin)]
    fallback = [one for one in cheaper if found.is_clean(one.other)]
    same = [one for one in ratios if one.other in left[:1] and one.is_same]
    return next(iter([*as_good, *fallback, *same]), None)


def _launch(run: Run) -> tuple[str, ...] | None:
    """Name the launch that made a run, and the machine: the process that looked after it, for one sweep."""
    known = (run.tags.get(Tag.ENVIRONMENT), run.tags.get(Tag.OWNER), run.parent_id)
    return tuple(str(one) for one in known) if all(known) else None


def _seconds(run: Run) -> float:
    seconds = run.metrics.get(TOTAL.name, nan)
    return seconds if isfinite(seconds) else 0.0
