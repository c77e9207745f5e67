"""Sending a run's folder to a store that missed it. What cannot be believed is not sent as if it could."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nnexp.config.schema import EPOCHS
from nnexp.errors import RecordError
from nnexp.recording import files, owner
from nnexp.recording.folder import RunFolder
from nnexp.recording.formats import UnknownFormatError
from nnexp.recording.recorder import Recorder
from nnexp.recording.standing import kept_tags
from nnexp.tracking.records import Status, Tag
from nnexp.tracking.store import Store
from nnexp.training.environment import fingerprint


def replay(folder: RunFolder, store: Store, say: Callable[[str], None], run_id: str | None = None) -> str:
    """Send a folder's whole journal to the store, and give the run's id there. A run without an end was killed.

    Raises
    ------
    RecordError
        If it cannot be told from the folder what became of the run.
    TrackingError
        If the store does not take it.
    """
    folder.tidy()
    folder.drop_checkpoint()
    run, epochs = folder.run, [*folder.epochs()]
    end = folder.end or _killed(max([run.started_at, *(epoch.time for epoch in epochs)]))
    wanted = "" if end["files"] else run.params.get(EPOCHS, "")  # an end that has digests vouches for the journal
    if end["status"] == Status.FINISHED and Tag.PRUNED not in end["tags"] and wanted not in ("", str(len(epochs))):
        raise RecordError(f"the run finished, but {files.EPOCHS} holds {len(epochs)} of {wanted} epochs")
    recorder = Recorder(store, folder, run, say, run_id=run_id, behind=True)
    for epoch in epochs:
        recorder.remember(epoch)
    tags = {Tag.FOLDER: str(folder.path), **_environment(folder), **end["tags"]}
    if folder.end is None:
        with suppress(RecordError):  # likewise
            tags |= kept_tags(folder, epochs)
    recorder.close(Status(end["status"]), end["time"], tags, folder.metrics)
    recorder.send_now()
    assert recorder.run_id, "what was sent has an id"
    return recorder.run_id


def _killed(time: int) -> dict[str, Any]:
    return {"status": Status.KILLED, "time": time, "tags": {Tag.REASON: owner.GONE}, "files": {}}


def _environment(folder: RunFolder) -> dict[str, str]:
    """Tell what a run computed with, if its folder can be asked."""
    try:
        environment = folder.environment
    except UnknownFormatError:
        raise
    except RecordError:  # it is named when the files are saved
        return {}
    return {Tag.ENVIRONMENT: fingerprint(environment)} if environment else {}
