"""The systems that nnexp descends from: what each of them published, and what the runs of its settings did here.

The published figures are data, conf/experiment/published.csv. A run counts for a system if it counts in a comparison
and trained with exactly the system's settings, whatever it is called. Its test accuracies are set beside the published
ones, epoch for epoch, and summarized as those of any other configuration.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.curves import LearningCurves, read_curves
from nnexp.comparison.groups import group
from nnexp.comparison.losses import Lost, lost_runs
from nnexp.comparison.summary import Summary, summarize
from nnexp.config.paths import CONF
from nnexp.config.value import format_value
from nnexp.measure import FRACTION, Measure
from nnexp.statistics.time_to_target import History
from nnexp.tasks.network.presets import own_settings
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

FILE = CONF / "experiment" / "published.csv"
ACCURACY = Measure("test/accuracy", FRACTION)
BEST = "best"  # in the place of an epoch: each run at its own best


@dataclass(frozen=True)
class System:
    """What one system published: test accuracies (fractions) by epoch, and seconds per epoch, if it did."""

    name: str
    accuracy: History
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """A test accuracy that a system published, or did not, and what the runs of its settings reached."""

    epoch: str
    published: float | None
    ours: Summary
    is_early: bool = False  # long before the end, at which it is told whether a run was lost

    @property
    def gap(self) -> float:
        """How far the published accuracy lies above (or, negative, below) the range of ours; 0 inside it."""
        if self.published is None:
            return 0.0
        ours = self.ours.results.all
        return max(self.published - max(ours), 0.0) - max(min(ours) - self.published, 0.0)


@dataclass(frozen=True)
class Reproduction:
    """A system and its runs here: figures of the first epoch, the best and the last; the seconds of all epochs.

    Of a system that published a single epoch, or no result, there is the last figure alone.
    """

    system: System
    figures: tuple[Figure, ...]
    seconds: tuple[float, ...]

    @property
    def last(self) -> Summary:
        """What the runs came to in the end."""
        return self.figures[-1].ours


def systems(file: Path = FILE) -> list[System]:
    """Read what was published, and name the experiments of the same folder that published nothing."""
    rows: dict[str, list[Mapping[str, str]]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            rows.setdefault(row["system"], []).append(row)
    for experiment in sorted(file.parent.glob("*.yaml")):
        rows.setdefault(experiment.stem, [])
    return [_system(name, own) for name, own in rows.items()]


def reproductions(comparison: Comparison, store: RunStore, known: Iterable[System]) -> list[Reproduction]:
    """Find the runs of each system, and what they did; a system without runs is left out."""
    histories = store.history([run.run_id for run in comparison.runs], ACCURACY.history)
    found = [(system, [*_runs_of(system, comparison.runs, histories)]) for system in known]
    every = [run for _, runs in found for run in runs]
    lost, curves = lost_runs(every, store), read_curves(every, store, None)
    return [
        Reproduction(
            system,
            tuple(_figures(system, runs, histories, curves, lost)),
            tuple(seconds for run in runs for _, seconds in curves.epoch_seconds.get(run.run_id, ())),
        )
        for system, runs in found
        if runs
    ]


def _figures(
    system: System, runs: Sequence[Run], histories: Mapping[str, History], curves: LearningCurves, lost: Lost | None
) -> Iterator[Figure]:
    published = system.accuracy

    def ours(read: Callable[[History], float]) -> Summary:
        """Summarize a number of each run, as `compare` does one that the run was recorded with."""
        measured = [replace(run, metrics={ACCURACY.name: read(histories[run.run_id])}) for run in runs]
        [every] = group(measured, (), ACCURACY, lost or ())
        return summarize(every, (), curves, ACCURACY, lost)

    def at(epoch: int) -> Summary:
        return ours(lambda history: dict(history)[epoch])

    if len(published) > 1:
        yield Figure(str(published[0][0]), published[0][1], at(published[0][0]), is_early=True)
        yield Figure(BEST, _best(published), ours(_best))
    in_all = set[int].intersection(*({epoch for epoch, _ in histories[run.run_id]} for run in runs))
    last, accuracy = published[-1] if published else (max(in_all), None)
    yield Figure(str(last), accuracy, at(last))


def _system(name: str, rows: Sequence[Mapping[str, str]]) -> System:
    accuracy = tuple((int(row["epoch"]), int(row["test_correct_of_10000"]) / 10_000) for row in rows)
    return System(name, accuracy, tuple(float(row["epoch_s"]) for row in rows if row["epoch_s"]))


def _runs_of(system: System, runs: Sequence[Run], histories: Mapping[str, History]) -> Iterator[Run]:
    """Pick the runs of a system's settings whose record has the accuracies that are set beside the published ones."""
    for run in runs:
        measured = {epoch for epoch, _ in histories.get(run.run_id, ())}
        wanted = {epoch for epoch, _ in system.accuracy} or {1}
        if wanted <= measured and _is_of(run, system.name):
            yield run


def _is_of(run: Run, name: str) -> bool:
    own = _texts(name)
    return bool(own) and all(run.params.get(setting) == value for setting, value in own.items())


@lru_cache
def _texts(name: str) -> dict[str, str]:
    return {setting: format_value(value) for setting, value in (own_settings(name) or {}).items()}


def _best(history: History) -> float:
    return max(accuracy for _, accuracy in history)
