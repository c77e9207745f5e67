"""What a search leaves in the store as it goes: its points, on its own record, from which whoever goes on begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from nnexp.errors import BusyError, TrackingError
from nnexp.search.space import fits
from nnexp.search.trial import State, Trial, read_trials, write_trial
from nnexp.sweep.ledger import changed_since
from nnexp.sweep.looks import adopt
from nnexp.sweep.plan import Plan
from nnexp.sweep.search.pruning import Tried
from nnexp.sweep.search.results import Curve, Results
from nnexp.sweep.search.search import Search
from nnexp.sweep.search.searching import Searching
from nnexp.sweep.watcher import Watcher
from nnexp.tracking.records import Kind, Run, Status, Tag, newest_finished
from nnexp.tracking.store import RunStore, Store
from nnexp.training.spec import RunSpec


def recall(search: Search, store: RunStore, *, fresh: bool = False) -> tuple[Results, list[Trial]]:
    """Read what the runs of a search reached, in whatever sweep they stand, and the points that it asked for.

    With `fresh`, there are none yet.
    """

    def curves(records: Iterable[Run]) -> Mapping[str, Curve]:
        ids = [record.run_id for record in records]
        return {run_id: dict(pairs) for run_id, pairs in store.history(ids, search.measure.history).items()}

    if fresh:
        return Results(search.measure, read_curves=curves), []

    def changed(record: Run, run: RunSpec) -> str | None:
        try:
            return changed_since(record, run, store)
        except TrackingError as error:  # trained once more than needed, rather than not at all
            return str(error)

    finished = newest_finished(store.runs(status=Status.FINISHED))
    members = store.runs(tags={Tag.member(search.key): Tag.YES})
    last = {str(run.key): run for run in reversed(members) if run.key and run.key not in finished}  # of several tries
    pruned: dict[str, Run | None] = {key: run for key, run in last.items() if Tag.PRUNED in run.tags}
    failed = {key: run.tags.get(Tag.REASON) or "it failed" for key, run in last.items() if run.status is Status.FAILED}
    return Results(search.measure, finished, pruned, failed, curves, changed), trials_of(search, store)


def check_unchanged(searching: Searching, store: RunStore) -> None:
    """Refuse to go on with a search that another process went on with, after it was recalled here.

    Raises
    ------
    BusyError
        If one did.
    """
    known = [trial.point for trial in searching.trials]
    if [trial.point for trial in trials_of(searching.search, store)][: len(known) + 1] != known:
        raise BusyError("another process has just gone on with this search; the same command again begins there")


def trials_of(search: Search, store: RunStore) -> list[Trial]:
    """Read the points that a search asked for from its own record, up to the first that is none of its space."""
    records = store.runs(Kind.SWEEP, tags={Tag.SWEEP: search.key})
    return [*takewhile(lambda trial: fits(trial.point, search.space), read_trials(records[0].tags if records else {}))]


class Notes:
    """Writes each point into the store before it is run and when it is over, and tells a watcher."""

    def __init__(self, searching: Searching, plan: Plan, parent_id: str, store: Store, watcher: Watcher) -> None:
        self._searching = searching
        self._plan = plan
        self._parent_id = parent_id
        self._store = store
        self._watcher = watcher
        self._unsent: dict[str, str] = {}
        self._adopted = {run.run_id for run in searching.ledger.done.values()}
        records = [run for run in store.runs(Kind.SWEEP, tags={Tag.SWEEP: plan.key}) if run.run_id == parent_id]
        there = records[0].tags.items() if records else ()
        self._write([trial for trial in searching.trials if write_trial(trial) not in there])

    def asked(self, trial: Tried) -> None:
        """Write a point down, before any of its runs begins; those that are done are members of the search too."""
        self._write([trial])
        self._watcher.more([run for run in trial.runs if run.key not in self._searching.results.finished])

    def over(self, trial: Tried) -> None:
        """Write down what became of a point, and say it."""
        self._write([trial])
        self._watcher.say(_told(trial, self._searching))

    def confirming(self, runs: Sequence[RunSpec]) -> None:
        """Say what is tried again."""
        best = self._searching.best
        assert best, "nothing but the best is confirmed"
        self._watcher.more([run for run in runs if run.key not in self._searching.results.finished])
        self._watcher.say(f"the best point is tried on {len(runs)} fresh seeds: {best.name}")

    def _write(self, trials: Sequence[Tried]) -> None:
        self._unsent |= dict(map(write_trial, trials))
        results = self._searching.results
        reused = [results.finished[run.key] for t in trials for run in t.runs if run.key in results.finished]
        try:
            if self._unsent:
                self._store.log(self._parent_id, tags=self._unsent)
                self._unsent.clear()
            new = [run for run in reused if run.run_id not in self._adopted and run.run_id != run.key]
            adopt(new, self._plan, self._store)
            self._adopted.update(run.run_id for run in new)
        except TrackingError as error:
            self._watcher.say(f"{error}; the points of the search are written later")


def _told(trial: Trial, searching: Searching) -> str:
    measure, best = searching.search.measure, searching.best
    reached = [] if trial.value is None else [f"{measure.label} {measure.show(trial.value)}"]
    state = [] if trial.state is State.COMPLETE else [str(trial.state)]
    said = f"point {trial.number + 1} of {searching.most}: {trial.name}: {', '.join([*state, *reached])}"
    if trial.why:
        return f"{said}: {trial.why}"
    if best is trial:
        return f"{said}, the best so far"
    return f"{said}; the best so far is {measure.show(best.value)}" if best and best.value is not None else said
