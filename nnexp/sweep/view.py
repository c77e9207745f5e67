"""How a sweep stands, read from the store alone: what another terminal knows of it, or another machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnexp.config.schema import EPOCHS
from nnexp.errors import NotFoundError
from nnexp.measure import TOTAL
from nnexp.recording.examine import Progress, progress
from nnexp.recording.repair import is_left
from nnexp.sweep.called import names_of, told_sweep
from nnexp.sweep.find import Say, sweep_or_last
from nnexp.sweep.shared import read_rows
from nnexp.tracking.records import Kind, Run, Status, Tag
from nnexp.tracking.store import Store
from nnexp.tracking.sweeps import latest_first, launched_at, mark_of
from nnexp.training.events import now


@dataclass(frozen=True)
class Going:
    """A run that goes on: the last epoch that the store has heard of, and of how many, where that is known."""

    run: Run
    epoch: int
    of: int | None


@dataclass(frozen=True)
class View:
    """A sweep as it stands, and its runs by what became of them: each experiment once."""

    sweep: Run
    runs: tuple[Run, ...]
    is_launched: bool  # whether somebody is at work on it
    progress: Progress  # of its runs, or of the points of a search
    going: tuple[Going, ...]
    failed: tuple[Run, ...]

    @property
    def fate(self) -> Status:
        """What became of it: KILLED also where nobody is at work on it any more, and the store was not told so."""
        gone = self.sweep.status is Status.RUNNING and not self.is_launched
        return Status.KILLED if gone else self.sweep.status

    @property
    def left(self) -> int | None:
        """How many are neither over nor going on; None of a search, which asks as it goes."""
        if Tag.SEARCH in self.sweep.tags or not self.progress.wanted:
            return None
        return max(self.progress.wanted - self.progress.done - len(self.going) - len(self.failed), 0)

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the pace that it has had since its launch; None while that cannot be told."""
        if not self.is_launched or self.left is None:
            return None
        begun = launched_at(self.sweep)
        ended = [run for run in self.runs if run.status is not Status.RUNNING and (run.ended_at or 0) >= begun]
        part = sum(one.epoch / one.of for one in self.going if one.of)
        done, passed = len(ended) + part, (now() - begun) / 1000
        return passed * (self.left + len(self.going) - part) / done if done and passed > 0 else None


def watched_sweep(store: Store, wanted: str | None, say: Say) -> Run:
    """Find the sweep to watch: of a name or an id, or the one that is running, or the last; say which.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    running = [
        sweep
        for sweep in latest_first(store.runs(Kind.SWEEP, status=Status.RUNNING))
        if wanted is None or wanted in names_of(sweep) or (wanted and sweep.run_id.startswith(wanted))
    ]
    if running:
        others = f"; {len(running) - 1} more are running" if len(running) > 1 else ""
        say(f"{told_sweep(running[0])} is running{others}")
        return running[0]
    if found := sweep_or_last(store, wanted, say):
        say(f"{told_sweep(found)} is {found.status}; if one was started a moment ago, type nnexp watch again")
        return found
    raise NotFoundError(f"there is no sweep in {store}; nnexp sweep NAME begins one")


def view_sweep(store: Store, sweep: Run) -> View:
    """Read how a sweep stands now."""
    left = sweep.status is Status.RUNNING and is_left(sweep, store)  # asked first: it ends before it is let go
    found = next((one for one in store.runs(Kind.SWEEP) if one.run_id == sweep.run_id), None)
    if found is None:
        raise NotFoundError(f"{told_sweep(sweep)} is no longer in the store")
    runs = store.runs(tags={mark_of(found): Tag.YES})
    running = [run for run in runs if run.status is Status.RUNNING]
    finished = {run.key for run in runs if run.is_finished}
    failed = {run.key: run for run in runs if run.status is Status.FAILED and run.key not in finished}
    for run in running:
        failed.pop(run.key, None)  # it is tried again
    return View(
        found,
        tuple(runs),
        found.status is Status.RUNNING and not left,
        _progress(found, runs),
        tuple(_going(running, store)),
        tuple(failed.values()),
    )


def _progress(sweep: Run, runs: Sequence[Run]) -> Progress:
    """Count what is over; of a sweep that is launched, what is asked for stands in its plan, and may grow."""
    known, begun = progress(sweep, runs), {run.key for run in runs}
    planned = {row.key for rows in read_rows(sweep) for row in rows}
    if Tag.SEARCH in sweep.tags:
        return known
    return Progress(known.done, len(planned | begun) if planned else max(known.wanted, len(begun)), known.of)


def _going(running: Sequence[Run], store: Store) -> list[Going]:
    reached = store.history([run.run_id for run in running], TOTAL.name) if running else {}
    return [
        Going(
            run,
            max((step for step, _ in reached.get(run.run_id, [])), default=0),
            int(of) if (of := run.params.get(EPOCHS, "")).isdecimal() and of != "0" else None,
        )
        for run in sorted(running, key=lambda run: run.started_at)
    ]
