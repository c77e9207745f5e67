"""Which runs count in a comparison, and a plain sentence for every reason why others do not.

A mean over runs of different code or different data is a wrong figure, so the smaller part is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import isfinite

from nnexp.comparison.groups import label, value
from nnexp.measure import count, measure_named
from nnexp.tracking.records import Kind, Run, Status, Tag

VALIDATION = "final/val_accuracy"
TEST = "final/test_accuracy"

Sifted = tuple[list[Run], list[str]]  # the runs that count, and the notes about the others

COUNTED = (Kind.RUN, None)  # not parents of sweeps, nor reruns, which repeat what is known

_FATE = {Status.FAILED: "failed", Status.KILLED: "killed", Status.RUNNING: "still running"}


def sift(runs: Sequence[Run]) -> Sifted:
    """Keep the finished runs of one code, each experiment once."""
    finished, unfinished_notes = _finished([run for run in runs if run.kind in COUNTED])
    newest, repeated_notes = _newest(finished)
    same_code, code_notes = _majority(newest, Tag.CODE, "other code")
    return same_code, unfinished_notes + repeated_notes + code_notes


def sift_task(runs: Sequence[Run]) -> Sifted:
    """Keep the runs on one data set by name: accuracies on different tests cannot be set side by side."""
    return _majority(runs, "dataset.name", "another data set")


def sift_data(runs: Sequence[Run], by: Sequence[str]) -> Sifted:
    """Keep the runs on one data set; on one for each setting if the data set is among what is compared."""
    names = [name for name in by if name.startswith("dataset.")]
    if not names:
        return _majority(runs, Tag.DATA, "other data")
    apart: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        apart[label(names, [value(run, name) for name in names])].append(run)
    parts = [_majority(part, Tag.DATA, f"other data than most with {name}") for name, part in apart.items()]
    notes = [f"The settings differ in their data ({', '.join(names)}): each is measured on its own."]
    return [run for kept, _ in parts for run in kept], [note for _, more in parts for note in more] + notes


def sift_metric(runs: Sequence[Run], metric: str) -> Sifted:
    """Keep the runs that have a number for the metric."""
    kept = [run for run in runs if isfinite(run.metrics.get(metric, float("nan")))]
    missing = len(runs) - len(kept)
    return kept, [
        f"{count(missing, 'run')} left out: no number for {measure_named(metric, {}).label}."
    ] if missing else []


def deciding_metric(runs: Sequence[Run], by: Sequence[str]) -> tuple[str, list[str]]:
    """Choose what decides: validation accuracy where every setting has it, for the test set is not to be chosen on."""
    settings = {label(by, [value(run, name) for name in by]) for run in runs}
    validated, _ = sift_metric(runs, VALIDATION)
    if {label(by, [value(run, name) for name in by]) for run in validated} == settings:
        return VALIDATION, []
    lack = "Not every setting has a" if validated else "The runs have no"
    return TEST, [f"{lack} validation accuracy, so the test accuracy decides: read the best as a little flattered."]


def _finished(runs: Sequence[Run]) -> Sifted:
    kept = [run for run in runs if run.status is Status.FINISHED]
    fates: Counter[Status] = Counter(run.status for run in runs if run.status is not Status.FINISHED)
    if not fates:
        return kept, []
    listed = ", ".join(f"{fates[status]} {word}" for status, word in _FATE.items() if fates[status])
    return kept, [f"{count(len(runs) - len(kept), 'run')} left out: {listed}."]


def _newest(runs: Sequence[Run]) -> Sifted:
    latest: dict[str, Run] = {}
    for run in sorted(runs, key=lambda run: run.started_at):
        latest[run.key or run.run_id] = run
    older = len(runs) - len(latest)
    return list(latest.values()), [f"{count(older, 'run')} left out: trained anew since."] if older else []


def _majority(runs: Sequence[Run], name: str, what: str) -> Sifted:
    """Keep the runs with the commonest value of a tag or parameter; of several, the one last begun."""
    values = [run.tags.get(name, run.params.get(name, "")) for run in runs]
    counts = Counter(values)
    if len(counts) < 2:
        return list(runs), []
    last = {one: max(run.started_at for run, its in zip(runs, values, strict=True) if its == one) for one in counts}
    chosen = max(counts, key=lambda one: (counts[one], last[one]))
    kept = [run for run, its in zip(runs, values, strict=True) if its == chosen]
    left = count(len(runs) - len(kept), "run")
    return kept, [f"{left} left out: made with {what} ({name} is not {chosen[:8] or 'absent'})."]
