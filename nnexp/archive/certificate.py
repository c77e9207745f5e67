"""A certificate: what runs were told, and what came out, in one file that anybody can hold against a machine.

It holds settings, digests of data and code, a digest for each epoch, and every final figure; no parameters, and no
place of the machine that it comes from. What is the same for all runs is written once. It is read back as records in a
store of its own, so that whatever is done with runs (comparing, training them again) is done with these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnexp.archive.absent import task_of_record
from nnexp.archive.reader import check_is_data, recorded_config
from nnexp.archive.run import Archive, contradictions, key_of_archive
from nnexp.config.schema import Schema
from nnexp.errors import RecordError
from nnexp.recording.fields import DIGEST
from nnexp.tasks.known import TASKS
from nnexp.tasks.task import Task
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Metric, RunStart, Status, Tag
from nnexp.training.events import Epoch

FORMAT = 1
KEPT = (
    *(Tag.FORMAT, Tag.KIND, Tag.TASK, Tag.KEY, Tag.CODE, Tag.DATA, Tag.ENVIRONMENT, Tag.COMMIT, Tag.DIRTY),
    *(Tag.MEASURES, Tag.DEFAULTS, Tag.INCIDENTAL, Tag.DERIVED, Tag.LOST, Tag.NEVER_PREDICTED),
)
ELSEWHERE = "/elsewhere"
SHARED = ("settings", "tags", "environment")


@dataclass(frozen=True)
class Certificate:
    """What was certified: by whom, what was said of the runs, and the runs themselves, in a store of their own."""

    by: str
    said: Mapping[str, Any]
    archives: tuple[Archive, ...]
    store: MemoryStore


def write_certificate(archives: Sequence[Archive], by: str, said: Mapping[str, Any]) -> str:
    """Write runs down, with what is said of them: a line for each run."""
    runs = [_described(archive) for archive in archives]
    common = {part: _common([run[part] for run in runs]) for part in SHARED}
    for run in runs:
        for part in SHARED:
            run[part] = {name: value for name, value in run[part].items() if name not in common[part]}
    head = json.dumps({"format": FORMAT, "by": by, **said, "common": common}, indent=2, ensure_ascii=False)
    lines = ",\n".join(f"    {json.dumps(run, ensure_ascii=False)}" for run in runs)
    return f'{head.removesuffix("}").rstrip()},\n  "runs": [\n{lines}\n  ]\n}}\n'


def read_certificate(
    content: str | bytes, instead: Mapping[str, Any] | None = None, tasks: Mapping[str, Task] = TASKS
) -> Certificate:
    """Read a certificate, and check that each of its runs agrees with itself.

    `instead` are settings that are others on this machine: where data lie that lay ELSEWHERE.

    Raises
    ------
    RecordError
        For anything but a certificate that can be held against this machine.
    """
    found, store = _json(content), MemoryStore()
    try:
        shared = found["common"]
        runs = [run | {part: shared[part] | run[part] for part in SHARED} for run in found["runs"]]
        archives = tuple(_restored(number, run, store, instead or {}, tasks) for number, run in enumerate(runs))
        said = {name: value for name, value in found.items() if name not in ("format", "by", "common", "runs")}
        return Certificate(str(found["by"]), said, archives, store)
    except RecordError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"it is not what nnexp certify writes: {type(error).__name__} {error}") from error


def _json(content: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
        format_ = found["format"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise RecordError("it is not what nnexp certify writes: JSON with a format") from error
    if format_ != FORMAT:
        raise RecordError(f"it has the format {format_!r}, but this nnexp reads {FORMAT}")
    check_is_data(found, "it")
    return found  # type: ignore[no-any-return]


def _described(archive: Archive) -> dict[str, Any]:
    run, schema = archive.run, archive.task.schema
    return {
        "name": run.name,
        "settings": _without_places(schema.flat(archive.config), schema),
        "tags": {name: run.tags[name] for name in KEPT if name in run.tags},
        "environment": dict(archive.environment),
        "metrics": dict(run.metrics),
        "epochs": [epoch.digest for epoch in archive.epochs],
    }


def _without_places(settings: Mapping[str, Any], schema: Schema[Any]) -> dict[str, Any]:
    """Name no place of one machine: it decides nothing, and is nothing to another."""
    places = {one.name for one in schema.settings.values() if not one.decides}
    return {
        name: ELSEWHERE if name in places and isinstance(value, str) and Path(value).is_absolute() else value
        for name, value in settings.items()
    }


def _common(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Pick out what is the same in all of several mappings."""
    first, *others = parts
    return {name: value for name, value in first.items() if all(name in o and o[name] == value for o in others)}


def _restored(
    number: int, described: Mapping[str, Any], store: MemoryStore, instead: Mapping[str, Any], tasks: Mapping[str, Task]
) -> Archive:
    """Make a record of a run in the store, and give it as if it had been read from there."""
    name, tags = str(described["name"]), {str(key): str(value) for key, value in described["tags"].items()}
    try:
        task = task_of_record(tags[Tag.TASK], tags, described["settings"], tasks)
        settings = {**_without_places(described["settings"], task.schema), **instead}
        config = recorded_config(settings, task.schema, "what is set")
        digests, metrics = described["epochs"], {str(key): float(value) for key, value in described["metrics"].items()}
        if not digests or not all(isinstance(one, str) and DIGEST.fullmatch(one) for one in digests):
            raise RecordError("its epochs must be a SHA-256 each")
        wanted = task.epochs(config)
        if len(digests) != (wanted or len(digests)):
            raise RecordError(f"it holds {len(digests)} of {wanted} epochs")
        now = [Metric(metric, value, len(digests), number) for metric, value in metrics.items()]
        run_id = store.create(RunStart(name, number, task.schema.params(config), tags, metrics=now))
        store.end(run_id, Status.FINISHED, number)
        (run,) = (one for one in store.runs(None) if one.run_id == run_id)
        environment = {str(key): str(value) for key, value in described["environment"].items()}
        epochs = tuple(Epoch(n, {}, digest, number) for n, digest in enumerate(digests, 1))
        archive = Archive(run, task, config, environment, epochs)
        for contradiction in contradictions(archive, lambda: key_of_archive(archive)):
            raise RecordError(f"it contradicts itself: {contradiction}")
    except RecordError as error:
        raise RecordError(f"run {name} of the certificate: {error}") from error
    return archive
