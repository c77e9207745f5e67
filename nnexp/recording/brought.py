"""A run of another store, laid down in a folder here as if it had been trained here, and sent to this store from there.

What a kill leaves of it, the next command sends, as of any run. Of the other store's places nothing is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path

from nnexp.errors import RecordError
from nnexp.names import are_names
from nnexp.recording import files, owner, pending
from nnexp.recording.ending import KEPT, read_left, read_stand
from nnexp.recording.folder import RunFolder
from nnexp.recording.replay import replay
from nnexp.tracking.records import RESERVED, Metric, Run, RunStart, Tag
from nnexp.tracking.store import RunStore, Store

OURS = RESERVED[0]
DATA_NAME, DATA_PATH = "dataset.name", "dataset.path"  # the settings of a task that has them
PLACES = {Tag.OWNER, Tag.FOLDER, Tag.PARENT}  # which mean nothing in another store
SAID_SINCE = {Tag.VERIFIED, Tag.NOISE, Tag.NOTE}  # of a run that was over


def bring(
    run: Run, other: RunStore, store: Store, path: Path, parent_id: str | None, say: Callable[[str], None]
) -> str:
    """Bring a run that is over and was proved, and that whoever asks has claimed, into a new folder; give its id here.

    Raises
    ------
    RecordError
        If one of its files cannot be read.
    """
    uid, left = run.tags[Tag.UID], dict(files_of(run, other))
    folder = _lay_down(run, left, path, parent_id)
    folder.claim()
    pending.mark(folder.path, uid, store.address)
    try:
        run_id = replay(folder, store, say)
    finally:
        folder.let_go()
    written = next(one.metrics for one in store.runs(None, tags={Tag.UID: uid}) if one.run_id == run_id)
    store.log(run_id, _besides(run, written, other), later_tags(run))
    return run_id


def files_of(run: Run, other: RunStore) -> Iterator[tuple[str, bytes]]:
    """Read the files that a run left, and check each; those that its record names must be there.

    Raises
    ------
    RecordError
        If one is not what nnexp writes under its name, or is gone.
    """
    stand = read_stand(run.tags.get(Tag.STATE))
    named = {*read_left(run.tags), *(f"{name}{files.ARRAYS}" for name in (stand.files if stand else ()))}
    always = (*files.ARTIFACTS, *files.DRAWN, files.PARAMETERS, files.PREDICTIONS, files.STATE)
    for name in dict.fromkeys((*always, *sorted(named))):
        content = other.artifact(run.run_id, name)
        if content is not None:
            files.check(name, content)
            yield name, content
        elif name in named:
            raise RecordError(f"{name}, which it left, is gone")


def later_tags(run: Run) -> dict[str, str]:
    """Give what people, reruns and sweeps said of a run once it had begun."""
    known = {name: text for name, text in run.tags.items() if name in SAID_SINCE or name.startswith(Tag.member(""))}
    return known | keepable(run.own_tags)


def keepable(tags: Mapping[str, str]) -> dict[str, str]:
    """Pick the tags whose names any store keeps."""
    return {name: text for name, text in tags.items() if are_names([name])}


def _lay_down(run: Run, left: Mapping[str, bytes], path: Path, parent_id: str | None) -> RunFolder:
    """Write the folder of a run, whole or not at all."""
    beside = RunFolder(path.with_name(f".{path.name}.{os.getpid()}"))
    beside.path.mkdir(parents=True)
    beside.write_run(_start(run, path, parent_id))
    for name, content in left.items():
        beside.write(name, content)
    assert run.ended_at is not None, "a run that is over has an end"
    kept = {KEPT} if f"{KEPT}{files.ARRAYS}" in left else set[str]()
    pruned = {Tag.PRUNED: run.tags[Tag.PRUNED]} if Tag.PRUNED in run.tags else {}
    beside.write_end(run.status, run.ended_at, run.tags.get(Tag.REASON), pruned, kept, flush=True)
    os.rename(beside.path, path)
    return RunFolder(path)


def _start(run: Run, path: Path, parent_id: str | None) -> RunStart:
    later = later_tags(run)
    told = {name: text for name, text in keepable(run.tags).items() if name.startswith(OURS)}
    own = {Tag.OWNER: owner.me(), Tag.FOLDER: str(path.absolute())}
    digest, source = run.tags.get(Tag.DATA), run.tags.get(Tag.DATA_PATHS) or run.params.get(DATA_PATH, "")
    return RunStart(
        run.name,
        run.started_at,
        run.params,
        {name: text for name, text in told.items() if name not in PLACES and name not in later} | own,
        parent_id,
        {"name": run.params.get(DATA_NAME, run.task), "digest": digest, "source": source} if digest else None,
    )


def _besides(run: Run, written: Container[str], other: RunStore) -> list[Metric]:
    """Give the metrics that its journal does not hold, such as a script logged by itself."""
    beyond = [name for name in run.metrics if name not in written and are_names([name])]
    return [
        Metric(name, value, step, run.ended_at or run.started_at)
        for name in beyond
        for step, value in other.history([run.run_id], name).get(run.run_id, [])
    ]
