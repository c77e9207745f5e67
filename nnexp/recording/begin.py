"""The beginning of a record: a folder in which no other run has left its files, and the recorder that fills it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import count
from pathlib import Path

from nnexp.errors import ConfigError
from nnexp.recording import code, owner, packages, pending
from nnexp.recording.files import CONFIG, DIFF, END, ENVIRONMENT, EPOCHS, PACKAGES, SOURCES
from nnexp.recording.folder import RunFolder
from nnexp.recording.identity import identity
from nnexp.recording.recorder import Recorder
from nnexp.recording.sources import write_sources
from nnexp.tasks.task import is_foreign
from nnexp.tracking.records import Kind, RunStart, Tag
from nnexp.tracking.store import Store
from nnexp.training.events import now
from nnexp.training.spec import RunSpec


def new_recorder(
    spec: RunSpec,
    path: Path,
    store: Store,
    *,
    say: Callable[[str], None],
    kind: Kind = Kind.RUN,
    parent_id: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Recorder:
    """Make a run's folder and the recorder that fills it."""
    store.prepare()  # a store that cannot be used is refused now, and not after the training
    path, uid = _free(path), uuid.uuid4().hex
    store.claims.take(uid)  # before anybody can read of it
    root = spec.task.sources.root if is_foreign(spec.task) else None
    own = {Tag.OWNER: owner.me(), Tag.UID: uid, Tag.FOLDER: str(path.absolute())}
    run = RunStart(
        name=spec.name,
        started_at=now(),
        params=spec.params,
        tags={**identity(spec, kind), **own, **code.tags(root), **(tags or {})},
        parent_id=parent_id,
        dataset=asdict(spec.data) if spec.data else None,
    )
    path.mkdir(parents=True, exist_ok=True)
    pending.mark(path.absolute(), uid, store.address)  # before anything is in it: what a kill leaves of it is found
    folder = RunFolder.new(path, run, spec.values)
    folder.write_text(PACKAGES, packages.lock())
    if is_foreign(spec.task):
        folder.write(SOURCES, write_sources(spec.task.sources))
    if changes := code.changes(root):
        folder.write_text(DIFF, changes)
    return Recorder(store, folder, run, say)


def _free(path: Path) -> Path:
    """Give a folder in which no run has left its files: `path`, or one beside it.

    Raises
    ------
    ConfigError
        A folder that holds what is not nnexp's, and would be written over.
    """
    beside = (Path(f"{path}-{n}") for n in count(2))
    while RunFolder(path).is_there:
        path = next(beside)
    there = os.listdir(path) if path.is_dir() else ()
    for name in (CONFIG, ENVIRONMENT, EPOCHS, PACKAGES, DIFF, END):
        if name in there:
            raise ConfigError(f"{path.absolute()} holds a {name} that no run left; name another output folder")
    return path
