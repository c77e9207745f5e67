"""The systems that nnexp descends from: what each of them published, and what the runs of its settings did here.

The published figures are data, conf/experiment/published.csv. A run counts for a system if it trained with exactly the
system's settings, whatever it is called; its test accuracies are set beside the published ones, epoch for epoch.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nnexp.comparison.eligible import eligible
from nnexp.comparison.losses import lost_runs
from nnexp.config.paths import CONF
from nnexp.config.value import format_value
from nnexp.measure import EPOCH_SECONDS
from nnexp.statistics.time_to_target import History
from nnexp.tasks.network.presets import own_settings
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

FILE = CONF / "experiment" / "published.csv"


@dataclass(frozen=True)
class System:
    """What one system published: test accuracies (fractions) by epoch, and seconds per epoch, if it did."""

    name: str
    accuracy: History
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """A test accuracy that a system published, or did not, and the same of each run here."""

    name: str  # the epoch, in words
    published: float | None
    ours: tuple[float, ...]

    @property
    def gap(self) -> float:
        """How far the published accuracy lies above (or, negative, below) the range of ours; 0 inside it."""
        if self.published is None:
            return 0.0
        return max(self.published - max(self.ours), 0.0) - max(min(self.ours) - self.published, 0.0)


@dataclass(frozen=True)
class Reproduction:
    """A system and its runs here: the accuracies of each, and whether it lost a digit; the seconds of all epochs."""

    system: System
    accuracies: tuple[History, ...]
    seconds: tuple[float, ...]
    lost: tuple[bool, ...]

    @property
    def figures(self) -> list[Figure]:
        """The first epoch, the best and the last; of a single published epoch, that one."""
        published = self.system.accuracy
        if not published:
            return [Figure("last", None, tuple(history[-1][1] for history in self.accuracies))]
        first, last = published[0], published[-1]
        if first == last:
            return [self._at("the last", last)]
        best = Figure("the best", _best(published), tuple(map(_best, self.accuracies)))
        return [self._at("the first", first), best, self._at("the last", last)]

    def _at(self, name: str, published: tuple[int, float]) -> Figure:
        epoch, accuracy = published
        return Figure(f"{epoch}, {name}", accuracy, tuple(dict(history)[epoch] for history in self.accuracies))


def systems(file: Path = FILE) -> list[System]:
    """Read what was published, and name the experiments of the same folder that published nothing."""
    rows: dict[str, list[Mapping[str, str]]] = {}
    with file.open(newline="") as lines:
        for row in csv.DictReader(lines):
            rows.setdefault(row["system"], []).append(row)
    for experiment in sorted(file.parent.glob("*.yaml")):
        rows.setdefault(experiment.stem, [])
    return [_system(name, own) for name, own in rows.items()]


def reproductions(records: Sequence[Run], store: RunStore, known: Iterable[System]) -> list[Reproduction]:
    """Find the runs of each system, and what they did; a system without runs is left out."""
    kept, _ = eligible(records)
    found = [(system, [run for run in kept if _is_of(run, system.name)]) for system in known]
    ids = [run.run_id for _, runs in found for run in runs]
    lost = lost_runs([run for _, runs in found for run in runs], store) or {}
    accuracy, seconds = store.history(ids, "test/accuracy"), store.history(ids, EPOCH_SECONDS.name)
    return [
        Reproduction(
            system,
            tuple(tuple(accuracy[run.run_id]) for run in runs),
            tuple(s for run in runs for _, s in seconds[run.run_id]),
            tuple(run.run_id in lost for run in runs),
        )
        for system, runs in found
        if runs
    ]


def _system(name: str, rows: Sequence[Mapping[str, str]]) -> System:
    accuracy = tuple((int(row["epoch"]), int(row["test_correct_of_10000"]) / 10_000) for row in rows)
    return System(name, accuracy, tuple(float(row["epoch_s"]) for row in rows if row["epoch_s"]))


def _is_of(run: Run, name: str) -> bool:
    own = _texts(name)
    return bool(own) and all(run.params.get(setting) == value for setting, value in own.items())


@lru_cache
def _texts(name: str) -> dict[str, str]:
    return {setting: format_value(value) for setting, value in (own_settings(name) or {}).items()}


def _best(history: History) -> float:
    return max(accuracy for _, accuracy in history)
