"""Makes the recorders of a launch, and knows those of the runs that go on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from weakref import WeakSet

from nnexp.recording.begin import new_recorder
from nnexp.recording.recorder import Recorder
from nnexp.tracking.records import Tag
from nnexp.tracking.store import Store
from nnexp.training.spec import RunSpec


class Recorders:
    """Makes the recorder of each try at a run, in a folder of its own; what all would say is said once."""

    def __init__(
        self,
        store: Store,
        say: Callable[[str], None],
        *,
        parent_id: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self._store = store
        self._say = cache(say)
        self._parent_id = parent_id
        self._tags = tags
        self._made: WeakSet[Recorder] = WeakSet()  # nobody holds one when its run has ended and is in the store

    def __call__(self, run: RunSpec, attempt: int) -> Recorder:
        """Make the recorder of a try, counted from 1."""
        folder = run.folder if attempt == 1 else Path(f"{run.folder}-{attempt}")
        try:
            recorder = self._make(run, folder)
        except OSError as error:  # a full disk, say: other runs may lie elsewhere already, and this one joins them
            elsewhere = Path(tempfile.mkdtemp(prefix="nnexp-"))
            self._say(f"{folder} cannot be written ({error.strerror}); this run goes to {elsewhere}")
            recorder = self._make(run, elsewhere)
        self._made.add(recorder)
        return recorder

    def send(self, course: str) -> None:
        """Bring the store up to date with the runs of a course: one may have ended just now."""
        for recorder in list(self._made):
            if recorder.run.tags.get(Tag.COURSE) == course:
                recorder.send()

    def _make(self, run: RunSpec, folder: Path) -> Recorder:
        return new_recorder(run, folder, self._store, say=self._say, parent_id=self._parent_id, tags=self._tags)
