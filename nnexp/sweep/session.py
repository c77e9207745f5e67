"""A whole sweep: reuse what is finished, launch the rest under one parent run, and say how it ended."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nnexp.errors import BusyError, TrackingError
from nnexp.recording import code as source
from nnexp.recording import owner
from nnexp.recording.recorder import Recorder, new_recorder
from nnexp.sweep.estimate import Estimator
from nnexp.sweep.executors.executor import Executor
from nnexp.sweep.launch import Launch, Outcome
from nnexp.sweep.ledger import Ledger
from nnexp.sweep.plan import Plan, PlannedRun
from nnexp.sweep.policy import Policy
from nnexp.sweep.watcher import Watcher
from nnexp.tracking.records import Kind, Run, RunStart, Status, Tag
from nnexp.tracking.store import Store
from nnexp.training.events import now


@dataclass(frozen=True)
class SweepResult:
    """A sweep that was launched: its parent run and what became of its runs."""

    parent_id: str
    outcome: Outcome

    @property
    def status(self) -> Status:
        """The parent's fate: FAILED if a run failed, KILLED if runs are left to do."""
        if self.outcome.failures:
            return Status.FAILED
        return Status.KILLED if self.outcome.killed or self.outcome.left else Status.FINISHED


def run_sweep(
    plan: Plan,
    ledger: Ledger,
    policy: Policy,
    store: Store,
    executor: Executor,
    watcher: Watcher,
    estimator: Estimator,
) -> SweepResult:
    """Run what the ledger says is to do."""
    parent_id = _open_parent(plan, store)
    member = {Tag.member(plan.key): Tag.YES}
    for record in ledger.done.values():
        if not member.items() <= record.tags.items():
            store.log(record.run_id, tags=member)

    def make_recorder(run: PlannedRun, attempt: int) -> Recorder:
        def in_folder(folder: Path) -> Recorder:
            return new_recorder(run.prepared, folder, store, say=watcher.say, parent_id=parent_id, tags=member)

        folder = run.folder if attempt == 1 else Path(f"{run.folder}-{attempt}")
        try:
            return in_folder(folder)
        except OSError as error:  # a full disk, say: other runs may lie elsewhere already, and this one joins them
            elsewhere = Path(tempfile.mkdtemp(prefix="nnexp-"))
            watcher.say(f"{folder} cannot be written ({error.strerror}); this run goes to {elsewhere}")
            return in_folder(elsewhere)

    def estimate(run: PlannedRun) -> float:
        return estimator.seconds(run.prepared)

    launch = Launch(executor, policy, make_recorder, watcher, estimate=estimate)
    status = Status.KILLED  # unless it ends in good order
    try:
        result = SweepResult(parent_id, launch.run(ledger.to_do))
        status = result.status
    finally:
        _close_parent(parent_id, status, store, watcher.say)
    return result


def run_single(run: PlannedRun, store: Store, executor: Executor, watcher: Watcher) -> tuple[Outcome, Recorder]:
    """Run one run that belongs to no sweep."""
    recorder = new_recorder(run.prepared, run.folder, store, say=watcher.say)
    outcome = Launch(executor, Policy(), lambda _run, _attempt: recorder, watcher).run([run])
    return outcome, recorder


def _open_parent(plan: Plan, store: Store) -> str:
    """Begin the sweep's parent run, or open the one that an earlier launch of the same sweep left.

    Raises
    ------
    BusyError
        If another process is running the sweep.
    """
    earlier = store.runs(Kind.SWEEP, tags={Tag.SWEEP: plan.key})
    names = {plan.name, *(earlier[0].tags.get(Tag.NAMES, "").split() if earlier else ())}
    launched = {Tag.OWNER: owner.me(), Tag.LAUNCHED: str(now()), Tag.NAMES: " ".join(sorted(names))}
    if earlier:
        _check_free(earlier[0])
        store.log(earlier[0].run_id, tags=launched)
        store.end(earlier[0].run_id, Status.RUNNING, now())
        return earlier[0].run_id
    tags = {
        Tag.KIND: Kind.SWEEP,
        Tag.SWEEP: plan.key,
        Tag.VARIES: " ".join(plan.varies),
        Tag.UID: uuid.uuid4().hex,
        **launched,
        **source.tags(),
    }
    return store.create(RunStart(plan.name, now(), {"runs": str(len(plan.runs))}, tags))


def _check_free(parent: Run) -> None:
    by = parent.tags.get(Tag.OWNER, "")
    if parent.status is Status.RUNNING and by and by != owner.me() and not owner.is_gone(by):
        raise BusyError(f"sweep {parent.name} is being run already, by process {by.split()[1]}; wait for it, or end it")


def _close_parent(parent_id: str, status: Status, store: Store, say: Callable[[str], None]) -> None:
    try:
        store.end(parent_id, status, now())
    except TrackingError as error:
        say(f"{error}; the sweep's own run is closed by the next command")
