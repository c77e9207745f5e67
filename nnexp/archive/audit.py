"""What the store says of runs, held against what the runs left themselves: their folders, or what was saved of them.

A person reads the store: whatever was altered or damaged there, or in a run's folder, is named. Changes nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnexp.archive.predictions import Predictions, answers_of
from nnexp.archive.reader import RunReader
from nnexp.archive.remarks import misnamed, other_remarks
from nnexp.config.schema import flatten
from nnexp.config.value import format_value
from nnexp.errors import RecordError
from nnexp.recording import files
from nnexp.recording.ending import read_left
from nnexp.recording.folder import RunFolder
from nnexp.recording.metrics import end_metrics, final_metrics
from nnexp.recording.repair import TWICE
from nnexp.tasks.known import TASKS
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Kind, Run, RunStart, Status, Tag, declared_by
from nnexp.tracking.store import RunStore
from nnexp.training.environment import fingerprint
from nnexp.training.events import Epoch

CHANGING = {Tag.OWNER, Tag.FOLDER, Tag.PARENT, Tag.VERIFIED}  # after a run has begun, by right
LARGEST = 1.7976931348623157e308  # what MLflow keeps in the place of infinity
Histories = Mapping[str, Mapping[str, Sequence[tuple[int, float]]]]  # by metric, by run


@dataclass
class Witness:
    """What a run left beside the store's record of it; None is what it does not tell."""

    where: str
    epochs: Sequence[Epoch] | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)  # that were known only at the end
    params: Mapping[str, str] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    fate: Mapping[str, Any] = field(default_factory=dict)  # status, started, ended
    damage: list[str] = field(default_factory=list)


def audit(store: RunStore, records: Sequence[Run] | None = None) -> list[str]:
    """Say of each run that is over what does not agree, a line each; by default of all that the store holds."""
    found = store.runs(None) if records is None else records
    runs = [run for run in found if _is_ours(run) and run.status is not Status.RUNNING]
    found_of = _audit(runs, store, {run.run_id: _witness(run, store) for run in runs})
    return [f"run {run.run_id[:8]} ({run.name}): {finding}" for run in runs for finding in found_of[run.run_id]]


def audit_saved(runs: Iterable[Run], store: RunStore) -> dict[str, list[str]]:
    """Say of runs, by their ids, what does not agree with the files that the store keeps; no folder is looked into."""
    found = [(run, _saved(run, store)) for run in runs]
    return _audit([run for run, _ in found], store, {run.run_id: witness for run, witness in found})


def _audit(runs: Sequence[Run], store: RunStore, witnesses: Mapping[str, Witness]) -> dict[str, list[str]]:
    metrics = {name for run in runs for name in _by_epoch(run, witnesses[run.run_id])}
    histories = {name: store.history([run.run_id for run in runs], name) for name in sorted(metrics)}
    return {run.run_id: [*_findings(run, witnesses[run.run_id], histories)] for run in runs}


def same(a: float | None, b: float | None) -> bool:
    """Tell whether two figures are the same, as a store keeps them."""
    if a is None or b is None:
        return a is b
    return a == b or (math.isnan(a) and math.isnan(b)) or (math.isinf(b) and a == math.copysign(LARGEST, b))


def _is_ours(run: Run) -> bool:
    """Tell whether nnexp made a record, of whatever kind it says it is now; a sweep has nothing beside the store.

    One of two records of a run that was begun twice has nothing either: the other has it.
    """
    if run.status is Status.KILLED and run.tags.get(Tag.REASON) == TWICE:
        return False
    return run.kind in (Kind.RUN, Kind.RERUN) or (run.kind != Kind.SWEEP and Tag.UID in run.tags)


def _witness(run: Run, store: RunStore) -> Witness:
    """Ask the run's folder; what that does not tell, and where it is gone, what was saved of it."""
    folder = RunFolder(Path(run.tags.get(Tag.FOLDER, "")))
    try:
        if not _is_its_folder(folder, run):
            return _saved(run, store)
        told, files_then = _told(folder)
    except (RecordError, OSError) as error:
        saved = _saved(run, store)
        saved.damage.append(f"its folder {folder.path} cannot be read: {error}")
        return saved
    if told.epochs is None or not files_then:
        saved = _saved(run, store)
        told.epochs = saved.epochs if told.epochs is None else told.epochs
        told.damage += [] if files_then else saved.damage
    told.damage += _differing(run, store, files_then)
    return told


def _is_its_folder(folder: RunFolder, run: Run) -> bool:
    """Tell whether a folder is the run's own; where only one of all that names it was altered, it still is."""
    if not run.tags.get(Tag.FOLDER) or not folder.is_there:
        return False
    there, (uid, key) = folder.run, (run.tags.get(Tag.UID), run.key)
    return there.tags.get(Tag.UID) == uid or (there.started_at, there.tags.get(Tag.KEY)) == (run.started_at, key)


def _told(folder: RunFolder) -> tuple[Witness, Mapping[str, str]]:
    """Read a folder; give also the digests of its files when the run ended, by which the store's can be told."""
    damage = folder.damage()
    run: RunStart = folder.run
    end: Mapping[str, Any] = {} if files.END in damage else folder.end or {}
    told = Witness("its folder", params=run.params, tags=dict(run.tags))
    told.damage = [f"its folder {folder.path}: {what}" for what in damage.values()]
    if files.EPOCHS not in damage:
        told.epochs = [*folder.epochs()]
    if files.METRICS not in damage:
        told.metrics = folder.metrics
    if files.ENVIRONMENT not in damage and (environment := folder.environment) is not None:
        told.tags = {**told.tags, Tag.ENVIRONMENT: fingerprint(environment)}
    told.tags = {**told.tags, **end.get("tags", {})}
    told.fate = {"started": run.started_at}
    if end:
        told.fate = {**told.fate, "status": end["status"], "ended": end["time"]}
    return told, end.get("files", {})


def _differing(run: Run, store: RunStore, then: Mapping[str, str]) -> Iterator[str]:
    """Hold the files that the store keeps against their digests when the run ended."""
    for name, digest in then.items():
        if name in (files.RUN, files.END):
            continue
        try:
            content = store.artifact(run.run_id, name)
        except RecordError as error:
            yield str(error)
            return
        if content is None:
            yield f"the store has no {name} of it, its folder has"
        elif hashlib.sha256(content).hexdigest() != digest:
            yield f"{name} in the store is not what the run left"


def _saved(run: Run, store: RunStore) -> Witness:
    """Read what the store keeps of the run's files."""
    reader, told, answers = RunReader(run.run_id, store), Witness("its own files"), None
    always = (files.CONFIG, files.ENVIRONMENT, files.EPOCHS, files.PARAMETERS, files.PREDICTIONS, files.STATE)
    for name in dict.fromkeys((*always, *read_left(run.tags))):
        try:
            content = store.artifact(run.run_id, name)
            if content is None:
                told.damage += [f"the store has no {name} of it"] if _is_needed(name, run) else []
                continue
            files.check(name, content)
            if name == files.CONFIG:
                told.params = {key: format_value(value) for key, value in flatten(reader.settings()).items()}
            elif name == files.ENVIRONMENT:
                told.tags = {Tag.ENVIRONMENT: fingerprint(files.read_environment(content))}
            elif name == files.EPOCHS and run.is_finished:
                told.epochs = reader.epochs()
            elif name == files.METRICS:
                told.metrics = files.read_metrics(content)
            elif name == files.PREDICTIONS and run.task == NETWORK.name:
                answers = answers_of(files.read_arrays(name, content))
        except RecordError as error:
            told.damage += [str(error)] if str(error) not in told.damage else []
    told.damage += _unbacked(run, told.epochs or (), answers)
    return told


def _unbacked(run: Run, epochs: Sequence[Epoch], answers: Predictions | None) -> Iterator[str]:
    """Hold what is said of a run, and decides an answer, against its predictions and its task."""
    if run.task in TASKS:
        yield from misnamed(run, TASKS[run.task].schema)
    if run.is_finished and answers:
        yield from other_remarks(run, epochs[-1].metrics if epochs else {}, answers)


def _is_needed(name: str, run: Run) -> bool:
    answers = [files.PREDICTIONS] if run.task == NETWORK.name else []
    ended = (files.ENVIRONMENT, files.EPOCHS, *answers, *read_left(run.tags))
    return name == files.CONFIG or (run.is_finished and name in ended)


def _findings(run: Run, witness: Witness, histories: Histories) -> Iterator[str]:
    yield from witness.damage
    for name, recorded, there in _pairs(run, witness):
        if recorded != there:
            yield f"{name} is {_shown(recorded)} in the store, and {_shown(there)} by {witness.where}"
    if witness.epochs or witness.metrics:
        yield from _other_figures(run, witness, histories)


def _pairs(run: Run, witness: Witness) -> Iterator[tuple[str, object, object]]:
    """Give each plain fact as the store has it, and as the run left it."""
    now = {"status": run.status, "started": run.started_at, "ended": run.ended_at}
    yield from ((name, now[name], there) for name, there in witness.fate.items())
    yield from ((name, run.tags.get(name), there) for name, there in witness.tags.items() if name not in CHANGING)
    if witness.params is not None:
        for name in sorted(witness.params.keys() | run.params.keys()):
            yield name, run.params.get(name), witness.params.get(name)


def _other_figures(run: Run, witness: Witness, histories: Histories) -> Iterator[str]:
    """Hold every figure of every epoch, and those that the run came to, against what the run left."""
    for name, there in _by_epoch(run, witness).items():
        if not _is_kept(name, run):
            continue
        recorded, value = run.metrics.get(name), there[max(there)]
        if not same(recorded, value):
            yield f"{name} is {_shown(recorded)} in the store, and {value!r} by {witness.where}"
        kept: dict[int, list[float]] = defaultdict(list)
        for step, one in histories[name].get(run.run_id, ()):
            kept[step].append(one)
        for step in sorted(there.keys() | kept.keys()):
            if len(kept[step]) != 1 or not same(kept[step][0], there.get(step)):
                values, left = " and ".join(map(repr, kept[step])) or "not", _shown(there.get(step))
                yield f"{name} of epoch {step} is {values} in the store, and {left} by {witness.where}"
                break


def _by_epoch(run: Run, witness: Witness) -> dict[str, dict[int, float]]:
    """Give each metric by epoch, as the run left it; what the run came to stands at 0."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for epoch in witness.epochs or ():
        for name, value in epoch.metrics.items():
            found[name][epoch.number] = value
    if run.is_finished and (witness.epochs or witness.metrics):
        epochs, known = witness.epochs or (), witness.metrics
        for metric in (*end_metrics(epochs, known, 0), *final_metrics(epochs, declared_by([run]).values(), 0, known)):
            found[metric.name][metric.step] = metric.value
    return found


def _is_kept(name: str, run: Run) -> bool:
    """Tell whether the store has to have a metric; the first format left some to the run's files."""
    return Tag.FORMAT in run.tags or name in run.metrics


def _shown(found: object) -> str:
    return "not" if found is None else repr(found) if isinstance(found, float) else str(found)[:80]
