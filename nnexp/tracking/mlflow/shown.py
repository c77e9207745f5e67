"""Which of a sweep's runs MLflow's page shows: it reads a hundred at a time, the first ones by its order.

Of a larger sweep that would be the best runs of the best settings, and each of their means too high. So the page is
told which to read: of the best settings the first few seeds, as many of each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from nnexp.measure import CHOOSE, REPORT, Measure, count, is_usable, judging
from nnexp.tracking.records import Run

AT_ONCE = 100  # runs that the page reads
OF_EACH = 5  # runs of a setting, before more settings are shown

Group = tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """The runs that are shown, by the values of what varies, the best setting first; of how many runs and settings."""

    by: tuple[str, ...]
    groups: Mapping[Group, Sequence[Run]]
    runs: int
    settings: int
    repeated: bool = field(default=True)  # whether any setting has several runs

    @property
    def ids(self) -> list[str]:
        """Name the runs."""
        return [run.run_id for runs in self.groups.values() for run in runs]

    @property
    def is_all(self) -> bool:
        """Whether no run is left out."""
        return len(self.ids) == self.runs

    def __str__(self) -> str:
        """Say what is shown of a large sweep."""
        some = f"the {len(self.groups):,} best of its {count(self.settings, 'setting')}"
        of = some if len(self.groups) < self.settings else f"its {count(self.settings, 'setting')}"
        most = max(map(len, self.groups.values()))
        return f"MLflow's page reads {AT_ONCE} runs at a time, and this sweep has {self.runs:,}: shown are {of}" + (
            f", with {count(most, 'run')} of each" if self.repeated else ""
        )


def shown(runs: Sequence[Run], by: Sequence[str], seed: str, measures: Sequence[Measure]) -> Shown:
    """Choose which runs are shown, `by` the settings that vary and the `seed` over which they are repeated."""
    every: dict[Group, list[Run]] = {}
    for run in sorted(runs, key=lambda run: (*_number(run.params.get(seed, "")), run.started_at, run.run_id)):
        every.setdefault(tuple(run.params.get(setting, "") for setting in by), []).append(run)
    of_each = max(map(len, every.values()), default=1)
    settings = max(1, AT_ONCE // min(of_each, OF_EACH))
    best = sorted(every, key=lambda group: _rank(every[group], measures))[:settings]
    room = len(runs) if len(runs) <= AT_ONCE else max(1, AT_ONCE // max(1, len(best)))
    return Shown(tuple(by), {group: every[group][:room] for group in best}, len(runs), len(every), repeated=of_each > 1)


def _rank(runs: Sequence[Run], measures: Sequence[Measure]) -> float:
    """Give the mean of what runs are judged by, the less the better; a setting without a result comes last."""
    for one in judging(measures, (CHOOSE, REPORT)):
        values = [value for run in runs if is_usable(value := run.metrics.get(one.final.name, math.nan))]
        return -one.turned(fmean(values)) if values else math.inf
    return 0.0


def _number(text: str) -> tuple[float, str]:
    """Have numbers come by their size, and before words."""
    try:
        return float(text), text
    except ValueError:
        return math.inf, text
