"""How far a run comes from itself when it is trained again with all that decides it the same: its own noise.

Only code of others can have any: what draws from the clock, say, or a library that adds up in no fixed order. Each
rerun that parts leaves the difference of the last values with the run; those of all runs of the same code are taken
together. Another rerun is within the noise if it is no farther off than 95 % of differences that are normal and have a
mean square like theirs (Student's t for as many degrees of freedom as there are differences).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from nnexp.tracking.records import Run, Tag

SURE = 0.95


@dataclass(frozen=True)
class Noise:
    """Differences of a metric's last value between a run and itself."""

    metric: str
    differences: tuple[float, ...]

    @property
    def deviation(self) -> float:
        """The standard deviation of a single run: the differences are of two."""
        return math.sqrt(sum(each**2 for each in self.differences) / len(self.differences) / 2)

    def covers(self, difference: float) -> bool:
        """Tell whether another difference is one of them."""
        reach = float(stdtrit(len(self.differences), (1 + SURE) / 2))
        return abs(difference) <= reach * self.deviation * math.sqrt(2)

    def __str__(self) -> str:
        """Write it as the text of a tag."""
        return json.dumps({"metric": self.metric, "differences": self.differences})


def read_noise(run: Run) -> Noise | None:
    """Read what a run carries; None if it carries none, or what is none."""
    try:
        found = json.loads(run.tags.get(Tag.NOISE, ""))
        differences = tuple(float(each) for each in found["differences"])
        return (
            Noise(str(found["metric"]), differences) if differences and all(map(math.isfinite, differences)) else None
        )
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def noise_of(runs: Iterable[Run], metric: str) -> Noise | None:
    """Put together what runs carry of a metric."""
    found = [noise for run in runs if (noise := read_noise(run)) and noise.metric == metric]
    differences = [each for noise in found for each in noise.differences]
    return Noise(metric, tuple(differences)) if differences else None


def with_another(noise: Noise | None, metric: str, difference: float) -> Noise:
    """Add a difference to what a run carries."""
    before: Sequence[float] = noise.differences if noise and noise.metric == metric else ()
    return Noise(metric, (*before, difference))
