"""The systems that nnexp descends from: what each of them published, next to what its settings give over seeds.

The published figures are data, conf/experiment/published.csv. A run counts for a system if it trained with exactly the
system's settings, whatever it is called; its test accuracies are set beside the published ones, epoch for epoch.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median

from rich.console import Group, RenderableType
from rich.text import Text

from nnexp.config.build import text
from nnexp.config.experiments import own_settings
from nnexp.config.paths import CONF
from nnexp.report.formats import markdown_table, rich_table
from nnexp.report.measure import NOTHING, Measure, count, show_seconds
from nnexp.report.reach import History
from nnexp.report.sift import sift
from nnexp.report.summary import NEVER_PREDICTED
from nnexp.report.table import Row, Table
from nnexp.tracking.records import RunRecord
from nnexp.tracking.tracker import RunStore

FILE = CONF / "experiment" / "published.csv"
TITLE = "Published, and ours over seeds: test accuracy"
COLUMNS = ("system", "epoch", "published %", "ours: median %", "range", "seeds that reach it", "note")
PERCENT = Measure("test/accuracy")


@dataclass(frozen=True)
class System:
    """What one system published: test accuracies (fractions) by epoch, and seconds per epoch, if it did."""

    name: str
    accuracy: History
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Reproduction:
    """A system and its runs here: the test accuracies by epoch and the seconds per epoch of each."""

    system: System
    accuracies: tuple[History, ...]
    seconds: tuple[float, ...]
    dead: int  # runs in which some digit is never predicted


def systems(file: Path = FILE) -> list[System]:
    """Read what was published, and name the experiments of the same folder that published nothing."""
    rows: dict[str, list[Mapping[str, str]]] = {}
    with file.open(newline="") as lines:
        for row in csv.DictReader(lines):
            rows.setdefault(row["system"], []).append(row)
    for experiment in sorted(file.parent.glob("*.yaml")):
        rows.setdefault(experiment.stem, [])
    return [_system(name, own) for name, own in rows.items()]


def reproductions(records: Sequence[RunRecord], store: RunStore, known: Iterable[System]) -> list[Reproduction]:
    """Find the runs of each system, and what they did; a system without runs is left out."""
    kept, _ = sift(records)
    found = [(system, [run for run in kept if _is_of(run, system.name)]) for system in known]
    ids = [run.run_id for _, runs in found for run in runs]
    accuracy, seconds = store.history(ids, "test/accuracy"), store.history(ids, "time/epoch_s")
    return [
        Reproduction(
            system,
            tuple(tuple(accuracy[run.run_id]) for run in runs if accuracy.get(run.run_id)),
            tuple(median(s for _, s in seconds[run.run_id]) for run in runs if seconds.get(run.run_id)),
            sum(run.metrics.get(NEVER_PREDICTED, 0) > 0 for run in runs),
        )
        for system, runs in found
        if runs
    ]


def table(found: Sequence[Reproduction]) -> Table:
    """Set published and ours side by side: the first epoch, the best and the last."""
    return Table(TITLE, COLUMNS, tuple(row for one in found for row in _rows(one)), names=2)


def notes(found: Sequence[Reproduction]) -> list[str]:
    """Say what a digit that is never predicted costs, and compare the times of an epoch where they were published."""
    dead = ["A digit that is never predicted costs a run about 9 points."] if any(one.dead for one in found) else []
    timed = [one for one in found if one.system.seconds and one.seconds]
    timed.sort(key=lambda one: median(one.system.seconds))
    return dead + [_time_ratio(timed[0], other) for other in timed[1:]]


def published_table(records: Sequence[RunRecord], store: RunStore) -> RenderableType | None:
    """Draw published and ours for a terminal; None where no run is of a published system."""
    found = reproductions(records, store, systems())
    if not found:
        return None
    drawn = rich_table(table(found))
    note = drawn.columns[-1]
    note.justify, note.no_wrap = "left", False
    return Group(Text(TITLE, style="italic"), drawn, *map(Text, notes(found)))


def published_markdown(records: Sequence[RunRecord], store: RunStore) -> str | None:
    """Write published and ours in Markdown; None where no run is of a published system."""
    found = reproductions(records, store, systems())
    return "\n\n".join([markdown_table(table(found)), *notes(found)]) + "\n" if found else None


def _system(name: str, rows: Sequence[Mapping[str, str]]) -> System:
    accuracy = tuple((int(row["epoch"]), int(row["test_correct_of_10000"]) / 10_000) for row in rows)
    return System(name, accuracy, tuple(float(row["epoch_s"]) for row in rows if row["epoch_s"]))


def _is_of(run: RunRecord, name: str) -> bool:
    own = _texts(name)
    return bool(own) and all(run.params.get(setting) == value for setting, value in own.items())


@lru_cache
def _texts(name: str) -> dict[str, str]:
    return {setting: text(value) for setting, value in (own_settings(name) or {}).items()}


def _rows(one: Reproduction) -> list[Row]:
    published = one.system.accuracy
    if not published:
        return [_row(one, "last", None, [history[-1][1] for history in one.accuracies])]
    first, last = published[0][0], published[-1][0]
    rows = [_row(one, f"{last}, the last", published[-1][1], _at(one.accuracies, last))]
    if len(published) > 1:
        best, ours = max(accuracy for _, accuracy in published), [_best(history) for history in one.accuracies]
        rows = [
            _row(one, f"{first}, the first", published[0][1], _at(one.accuracies, first)),
            _row(one, "the best", best, ours),
            *rows,
        ]
    return rows


def _row(one: Reproduction, epoch: str, published: float | None, ours: Sequence[float]) -> Row:
    return (
        one.system.name,
        epoch,
        NOTHING if published is None else PERCENT.show(published),
        PERCENT.show(median(ours)),
        f"{PERCENT.show(min(ours))} to {PERCENT.show(max(ours))}",
        NOTHING if published is None else f"{sum(accuracy >= published for accuracy in ours)} of {len(ours)}",
        "; ".join([_standing(published, ours), *_dead(one, epoch)]),
    )


def _standing(published: float | None, ours: Sequence[float]) -> str:
    if published is None:
        return "published without a result"
    if min(ours) <= published <= max(ours):
        return "inside the range of our seeds"
    gap = 100 * (min(ours) - published if published < min(ours) else published - max(ours))
    return f"{gap:.2f} points {'below' if published < min(ours) else 'above'} all of our seeds"


def _dead(one: Reproduction, epoch: str) -> list[str]:
    if not one.dead or not epoch.endswith("last"):
        return []
    return [f"{one.dead} of {count(len(one.accuracies), 'seed')} never predict some digit"]


def _at(histories: Iterable[History], epoch: int) -> list[float]:
    return [dict(history)[epoch] for history in histories]


def _best(history: History) -> float:
    return max(accuracy for _, accuracy in history)


def _time_ratio(base: Reproduction, other: Reproduction) -> str:
    def told(mine: float, theirs: float) -> str:
        return f"{mine / theirs:.1f} times ({show_seconds(mine)} s over {show_seconds(theirs)} s)"

    ours = told(median(other.seconds), median(base.seconds))
    published = told(median(other.system.seconds), median(base.system.seconds))
    return f"An epoch of {other.system.name} takes {ours} as long as one of {base.system.name}; published: {published}."
