"""A finished run, read back whole from the store and checked, so that it can be trained again. Trains nothing.

Its parts say the same things more than once, and must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray

from nnexp.archive.absent import AbsentTask, task_of_record
from nnexp.archive.reader import RunReader
from nnexp.archive.remarks import misnamed
from nnexp.config.value import parse_value
from nnexp.errors import DataError, RecordError
from nnexp.recording.formats import check_format
from nnexp.tasks.command.program import command_in
from nnexp.tasks.command.task import CommandTask
from nnexp.tasks.function.task import paths_in
from nnexp.tasks.known import TASKS
from nnexp.tasks.sources import Sources
from nnexp.tasks.task import Task
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore
from nnexp.training.environment import fingerprint
from nnexp.training.events import Epoch
from nnexp.training.key import key_of, key_of_format_1


@dataclass(frozen=True)
class Archive:
    """A finished run: what it was told, what it computed with, and what came out, epoch by epoch."""

    run: Run
    task: Task
    config: Any
    environment: Mapping[str, str]
    epochs: tuple[Epoch, ...]
    sources: Sources | None = None  # of a task of others: its code as it was
    opened: Mapping[str, str] = field(default_factory=dict)  # likewise: digests of what it was seen to read


def read_archive(run: Run, store: RunStore, tasks: Mapping[str, Task] = TASKS) -> Archive:
    """Read a run back, and check that it is whole and agrees with itself.

    Raises
    ------
    RecordError
        Naming everything that keeps the run from being trained again.
    """
    if not run.is_finished:
        fate = f"its status is {run.status}" if Tag.PRUNED not in run.tags else "it was pruned"
        raise RecordError(f"it did not finish ({fate}), so there is nothing to compare with")
    check_format("the record", parse_value(run.tags.get(Tag.FORMAT, "1")))
    reader = RunReader(run.run_id, store)
    epochs = reader.epochs()
    task = _task(run, reader, tasks)
    archive = Archive(
        run, task, reader.config(task.schema), reader.environment(), tuple(epochs), reader.sources(), reader.opened()
    )
    found = [*_settings(archive), *contradictions(archive, lambda: _key(archive, reader)), *_outcome(archive, reader)]
    if found:
        raise RecordError(f"the record contradicts itself: {'; '.join(found)}")
    return archive


def check_key(run: Run, store: RunStore, tasks: Mapping[str, Task] = TASKS) -> None:
    """Check of a run that did not come to its end that its settings, data and code make its key.

    Raises
    ------
    RecordError
        If they do not, or cannot be read.
    """
    check_format("the record", parse_value(run.tags.get(Tag.FORMAT, "1")))
    reader = RunReader(run.run_id, store)
    task = _task(run, reader, tasks)
    archive = Archive(run, task, reader.config(task.schema), {}, ())
    found = [*_settings(archive), *_other_key(run.tags, lambda: _key(archive, reader)), *_misnamed(archive)]
    if found:
        raise RecordError(f"the record contradicts itself: {'; '.join(found)}")


def _task(run: Run, reader: RunReader, tasks: Mapping[str, Task]) -> Task:
    """Find the task of a run; a command is run if it was typed again, and never because a record has it."""
    sources, settings = reader.sources(), reader.settings()
    command = command_in(sources) if sources else None
    if command is None:
        return task_of_record(run.task, run.tags, settings, tasks)
    typed = tasks.get(run.task)
    if isinstance(typed, CommandTask) and command_in(typed.sources) == command:
        return replace(typed.told_also(run.params), data=paths_in(run.tags.get(Tag.DATA_PATHS, "")))
    again = f"nnexp rerun {run.run_id[:8]} {command}"
    why = RecordError(f"it was trained by a command, and a record runs none; to have it run, type it: {again}")
    return AbsentTask(run.task, run.tags, settings, why)


def _settings(archive: Archive) -> Iterator[str]:
    """Hold config.json against the parameters in the store; a setting that is younger than the run has its default."""
    there = archive.task.schema.params(archive.config)
    logged = archive.task.schema.default_params() | dict(archive.run.params)
    for name in sorted(there.keys() | logged.keys()):
        if there.get(name) != logged.get(name):
            yield f"{name} is {there.get(name)} in config.json and {logged.get(name)} among the parameters"


def contradictions(archive: Archive, key: Callable[[], str]) -> Iterator[str]:
    """Hold the tags against what they stand for; `key` computes the run's."""
    tags = archive.run.tags
    if missing := [*_missing(tags), *([] if Tag.ENVIRONMENT in tags else [Tag.ENVIRONMENT])]:
        yield f"it has no {', '.join(missing)}"
        return
    yield from [*_other_key(tags, key), *_misnamed(archive)]
    if fingerprint(archive.environment) != tags[Tag.ENVIRONMENT]:
        yield f"environment.json is not the environment that {Tag.ENVIRONMENT} stands for"


def _misnamed(archive: Archive) -> Iterator[str]:
    """Hold what is called incidental against the task, where that declares its settings."""
    if archive.task.schema.is_declared:
        yield from misnamed(archive.run, archive.task.schema)


def _other_key(tags: Mapping[str, str], key: Callable[[], str]) -> Iterator[str]:
    """Say in what the key is not what a record makes."""
    if missing := _missing(tags):
        yield f"it has no {', '.join(missing)}"
    elif key() != tags[Tag.KEY]:
        made_of = "settings, data and code" if Tag.DATA in tags else "settings and code (it has no data)"
        yield f"its {made_of} make the key {key()[:12]}, but {Tag.KEY} says {tags[Tag.KEY][:12]}"


def _missing(tags: Mapping[str, str]) -> list[str]:
    """Name what a key is made of and a record lacks."""
    needed = [Tag.KEY, Tag.CODE, *([] if Tag.FORMAT in tags else [Tag.DATA])]
    return [tag for tag in needed if tag not in tags]


def _key(archive: Archive, reader: RunReader) -> str:
    tags = archive.run.tags
    if Tag.FORMAT not in tags:  # there was no task but the network then, which has data
        return key_of_format_1(reader.settings(), tags[Tag.DATA], tags[Tag.CODE])
    return key_of_archive(archive)


def key_of_archive(archive: Archive) -> str:
    """Compute the key of a run, of what its record says of it."""
    tags, settings = archive.run.tags, archive.task.schema.deciding(archive.config)
    return key_of(archive.task.name, settings, tags.get(Tag.DATA), tags[Tag.CODE])


def _outcome(archive: Archive, reader: RunReader) -> Iterator[str]:
    wanted = archive.task.epochs(archive.config)
    if wanted is not None and len(archive.epochs) != wanted:
        yield f"epochs.jsonl holds {len(archive.epochs)} of {wanted} epochs"
    elif archive.epochs:
        yield from _state(archive, reader)


def _state(archive: Archive, reader: RunReader) -> Iterator[str]:
    """Hold what the run left against the digest of its last epoch, where its task can tell."""
    read: list[str] = []

    def arrays(name: str) -> dict[str, NDArray[Any]]:
        read.append(f"{name}.npz")
        return reader.arrays(read[-1])

    try:
        digest = archive.task.digest_of(archive.config, arrays)
    except DataError as error:
        raise RecordError(f"{', '.join(read)} cannot be used: {error}") from error
    if digest and digest != archive.epochs[-1].digest:
        yield f"{', '.join(read)} does not have the digest that epochs.jsonl gives for the last epoch"
