"""Runs that are not trained from their start: an earlier one began as they do, and its record says where it stands.

It has the same settings but for how many epochs there are, the same data and the same code; where bits depend on the
machine, the same environment too. It finished, was pruned, or did not come to its end, whatever the reason. What cannot
be believed of it is passed over in a line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from math import inf

from threadpoolctl import threadpool_limits

from nnexp.archive.checkpoint import read_checkpoint
from nnexp.config.schema import THREADS
from nnexp.errors import RecordError, TrackingError
from nnexp.recording.ending import Stand, read_stand
from nnexp.sweep.ledger import changed_since
from nnexp.sweep.recorders import Recorders
from nnexp.tasks.task import is_foreign
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore
from nnexp.training.environment import environment, fingerprint
from nnexp.training.spec import RunSpec


class GoingOn:
    """Gives a run with the checkpoint that it goes on from, if there is one."""

    def __init__(
        self,
        store: RunStore,
        recorders: Recorders,
        say: Callable[[str], None],
        ended: Iterable[Run] | None = None,
    ) -> None:
        """Take the recorders of a launch, and the runs that had ended before it, if they were read."""
        self._store = store
        self._recorders = recorders
        self._say = cache(say)  # it may be asked twice
        self._begun: set[str] = set()  # courses that were asked for
        self._ended = None if ended is None else _by_course(ended)

    def __call__(self, run: RunSpec) -> RunSpec:
        """Find the latest that can be used; asked again, look what has ended since."""
        try:
            for earlier, stand in self._earlier(run):
                if run.checkpoint and run.checkpoint.run_id == earlier.run_id:
                    return run
                if why := earlier.is_finished and changed_since(earlier, run, self._store):
                    self._say(why)
                    continue
                try:
                    return replace(run, checkpoint=read_checkpoint(earlier, stand, self._store, run.task, run.config))
                except RecordError as error:
                    self._say(f"{run.name}: does not go on from run {earlier.run_id[:8]}: {error}")
        except TrackingError:  # trained once more than needed, rather than not at all
            pass
        return run

    def _earlier(self, run: RunSpec) -> list[tuple[Run, Stand]]:
        """List the runs that it may go on from, the longest first, and of equal ones the newest."""
        others = [one for one in self._of_course(run.course) if not (one.is_finished and one.key == run.key)]
        stands = [(earlier, read_stand(earlier.tags.get(Tag.STATE))) for earlier in others]
        found = [(earlier, stand) for earlier, stand in stands if stand and stand.epoch < (run.epochs or inf)]
        if found and not run.portable:
            here = _environment(run)
            found = [(earlier, stand) for earlier, stand in found if earlier.tags.get(Tag.ENVIRONMENT) == here]
        return sorted(found, key=lambda one: -one[1].epoch)

    def _of_course(self, course: str) -> Sequence[Run]:
        if course in self._begun:  # one of this launch may have ended since
            self._recorders.send(course)
        elif self._ended is not None:
            self._begun.add(course)
            return self._ended.get(course, ())
        self._begun.add(course)
        return self._store.runs(tags={Tag.COURSE: course})


def _by_course(runs: Iterable[Run]) -> dict[str, list[Run]]:
    found = defaultdict(list)
    for run in runs:
        found[run.tags.get(Tag.COURSE, "")].append(run)
    return found


def _environment(run: RunSpec) -> str:
    """Tell what a run would compute with here."""
    with threadpool_limits(getattr(run.config, THREADS, 1), user_api="blas"):
        return fingerprint(environment(foreign=is_foreign(run.task)))
