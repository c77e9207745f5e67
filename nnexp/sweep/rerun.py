"""Training runs again from nothing but their records, to prove their bits. archive/proof.py knows what it means.

A rerun is a run of its own in the store, beneath the original, and the original is marked with what was found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from nnexp.archive.changes import Mismatch, changed_code, changed_data, changed_environment
from nnexp.archive.figures import altered_arrays, altered_figures, altered_metrics
from nnexp.archive.noise import noise_of, read_noise, with_another
from nnexp.archive.proof import Answer, Verdict, cannot_tell, held_against, judge, other_data, other_figures, reported
from nnexp.archive.reader import RunReader
from nnexp.archive.run import Archive, read_archive
from nnexp.config.schema import EPOCHS
from nnexp.errors import NnexpError, TrackingError
from nnexp.measure import Measure
from nnexp.recording.begin import new_recorder
from nnexp.recording.files import METRICS
from nnexp.recording.metrics import end_metrics, final_metrics
from nnexp.recording.recorder import Recorder
from nnexp.sweep.executors.executor import Executor
from nnexp.sweep.launch import Launch
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.policy import Policy
from nnexp.sweep.source import Decision, Planned, Reused
from nnexp.sweep.watcher import Watcher
from nnexp.tasks.task import Task, is_foreign
from nnexp.tracking.records import Kind, Run, Status, Tag, declared_by, newest_finished
from nnexp.tracking.store import RunStore, Store
from nnexp.training.events import Epoch, Event
from nnexp.training.spec import RunSpec, make_spec
from nnexp.undeclared import completed

RERUNS = Path("outputs") / "reruns"


@dataclass(frozen=True)
class Rerun:
    """A run that can be trained again, and what is known to differ from its record before it is."""

    archive: Archive
    spec: RunSpec
    epochs: int  # how many it has to have
    differences: tuple[Mismatch, ...]


class AsFar(Planned):
    """Reruns, each of which is stopped after as many epochs as it has to have."""

    def __init__(self, reruns: Sequence[Rerun]) -> None:
        super().__init__(rerun.spec for rerun in reruns)
        self._wanted = {rerun.spec.number: rerun for rerun in reruns}

    def hear(self, run: RunSpec, event: Event | Reused) -> Decision:
        """Stop a run that has got so far, where the one that it repeats went further."""
        rerun = self._wanted[run.number]
        is_enough = isinstance(event, Epoch) and rerun.epochs <= event.number < len(rerun.archive.epochs)
        return Decision.STOP if is_enough else Decision.GO_ON


def archived(run: Run, store: RunStore, tasks: Mapping[str, Task]) -> Archive | Verdict:
    """Read a run's record; where that cannot be trained again, say why."""
    try:
        return read_archive(run, store, tasks)
    except NnexpError as error:
        return cannot_tell(run, str(error))


def plan_rerun(number: int, archive: Archive, folder: Path, *, until: int | None, here: bool) -> Rerun | Verdict:
    """Compare data, code and environment with a run's; where training would prove nothing, say so.

    Only the epochs up to `until` will be trained (None: all); another environment only if told to train `here`. The
    rerun's files go into a new folder of `folder`.
    """
    run = archive.run
    try:
        examined = archive.task.examine(archive.config)
        data = changed_data(archive, examined.data)
        environment = changed_environment(archive)
        differences = (*data, *changed_code(archive), *environment)
        if data:
            return other_data(run, differences)
        if environment and not here and not examined.portable:
            reason = "this environment is another, so other bits would prove nothing; --here trains all the same"
            return cannot_tell(run, reason, differences)
        folder /= f"{datetime.now().strftime('%Y-%m-%d-%H-%M-%S-%f')}-{run.run_id[:8]}"
        spec = make_spec(archive.task, _shortened(archive, until), number=number, folder=folder)
    except NnexpError as error:
        return cannot_tell(run, str(error))
    epochs = min(until or len(archive.epochs), len(archive.epochs))
    return Rerun(archive, replace(spec, name=f"rerun of {run.name}"), epochs, differences)


def run_reruns(
    reruns: Sequence[Rerun], store: Store, executor: Executor, watcher: Watcher, policy: Policy
) -> tuple[list[Verdict], Outcome]:
    """Train runs again, judge each, and mark both records with the verdict."""
    originals = {rerun.spec.number: rerun.archive.run.run_id for rerun in reruns}
    declared = {rerun.archive.run.run_id: rerun.archive.run.tags.get(Tag.MEASURES, "") for rerun in reruns}
    recorders: dict[int, Recorder] = {}

    def make_recorder(run: RunSpec, attempt: int) -> Recorder:
        original = originals[run.number]
        folder = Path(f"{run.folder}-{attempt}") if attempt > 1 else run.folder
        repeats = {Tag.RERUN_OF: original, Tag.MEASURES: declared[original]}
        recorders[run.number] = new_recorder(
            run, folder, store, say=watcher.say, kind=Kind.RERUN, parent_id=original, tags=repeats
        )
        return recorders[run.number]

    outcome = Launch(executor, policy, make_recorder, watcher).run(AsFar(reruns))
    verdicts = [_judge(rerun, recorders.get(rerun.spec.number), store) for rerun in reruns]
    try:
        for verdict in verdicts:
            _mark(verdict, store)
    except TrackingError as error:
        watcher.say(f"{error}; the records are not marked with what was found")
    return verdicts, outcome


def sample(runs: Sequence[Run], part: float, key: str) -> list[Run]:
    """Draw a part of the finished runs, at least one if there is any: the same ones for the same sweep's key."""
    finished = sorted(newest_finished(runs).values(), key=lambda run: (run.key or "", run.name))
    drawn = np.random.default_rng(int(key[:16], 16)).permutation(len(finished))[: math.ceil(part * len(finished))]
    return [finished[index] for index in sorted(drawn)]


def _shortened(archive: Archive, until: int | None) -> object:
    """Give a run's config with fewer epochs, where a setting does no more than that; any other run is stopped."""
    whole = len(archive.epochs)
    epochs = archive.task.schema.settings.get(EPOCHS)
    if until is None or until >= whole or not (epochs and epochs.lengthens):
        return archive.config
    return replace(archive.config, **{EPOCHS: until})


def _judge(rerun: Rerun, recorder: Recorder | None, store: Store) -> Verdict:
    run = rerun.archive.run
    if recorder is None:
        return cannot_tell(run, "the rerun was not begun", rerun.differences)
    try:
        end = recorder.folder.end or {}
        if end.get("status") != Status.FINISHED:
            return cannot_tell(run, f"the rerun did not finish: {end.get('reason')}", rerun.differences)
        portable, epochs = rerun.spec.portable, recorder.epochs
        verdict = judge(rerun.archive, epochs, rerun.epochs, rerun.differences, recorder.run_id, portable=portable)
        if verdict.answer is Answer.DIFFERENT and is_foreign(rerun.spec.task) and not rerun.differences:
            return _noisy(verdict, rerun.archive, epochs, store)
        if verdict.answer is not Answer.IDENTICAL:
            return verdict
        return other_figures(verdict, [*_altered(rerun.archive, recorder, store)])
    except NnexpError as error:
        return cannot_tell(run, str(error), rerun.differences)


def _noisy(verdict: Verdict, archive: Archive, epochs: Sequence[Epoch], store: Store) -> Verdict:
    """Hold a run that does not repeat itself against its noise, and have it carry one difference more."""
    measure = reported(archive, epochs[-1].metrics)
    then = archive.epochs[-1].metrics.get(measure.name) if measure else None
    if measure is None or then is None:
        return verdict
    difference, run = epochs[-1].metrics[measure.name] - then, archive.run
    noise = noise_of(store.runs(tags={Tag.CODE: run.tags[Tag.CODE]}), measure.name)
    if math.isfinite(difference):
        store.log(run.run_id, tags={Tag.NOISE: str(with_another(read_noise(run), measure.name, difference))})
    return held_against(verdict, noise, difference) if noise else verdict


def _altered(archive: Archive, recorder: Recorder, store: RunStore) -> Iterator[Mismatch]:
    """Find what of the record is other than what was trained again with the same bits."""
    epochs, known = recorder.epochs, recorder.known
    declared = completed(declared_by([recorder.run]).values(), [*(epoch.metrics for epoch in epochs), known])
    is_whole, timed = len(epochs) == len(archive.epochs), _timed(declared)
    came_to = [*end_metrics(epochs, known, 0), *final_metrics(epochs, declared, 0, known)] if is_whole else []
    last = {name: value for epoch in epochs for name, value in epoch.metrics.items()} if is_whole else {}
    finals = last | {one.name: one.value for one in came_to}
    yield from altered_figures(archive, store, epochs, finals, timed)
    reader = RunReader(archive.run.run_id, store)
    if is_whole:
        yield from altered_metrics(METRICS, reader.metrics(), known, timed)
    for name, here in recorder.folder.arrays() if is_whole else ():
        if reader.has(name):
            yield from altered_arrays(name, reader.arrays(name), here)


def _timed(declared: Sequence[Measure]) -> Callable[[str], bool]:
    """Tell what was read from a clock: neither it nor what it came to is the same again."""
    names = {form.name for one in declared if one.is_timed for form in (one, one.final, one.best)}
    return names.__contains__


def _mark(verdict: Verdict, store: Store) -> None:
    if verdict.rerun_id:
        mark = {Tag.VERIFIED: f"{verdict.summary}, {date.today().isoformat()}"}
        store.log(verdict.run.run_id, tags=mark)
        store.log(verdict.rerun_id, tags=mark)
