"""A sweep's own run in the store, the parent of its runs: begun, opened again, closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from nnexp.errors import BusyError, TrackingError
from nnexp.recording import code, owner
from nnexp.search.about import write_about
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.plan import Plan
from nnexp.sweep.shared import blank
from nnexp.tracking.records import Kind, Run, RunStart, Status, Tag, sweep_claim
from nnexp.tracking.store import Store
from nnexp.training.checkpoint import FORMAT
from nnexp.training.events import now


@contextmanager
def launching(plan: Plan, store: Store) -> Iterator[None]:
    """Be the one process that launches a sweep.

    Raises
    ------
    BusyError
        If another does.
    """
    claims, claim = store.claims, sweep_claim(plan.key)
    if not (claims.take(claim) or (claims.is_free(claim) and claims.take(claim))):
        raise BusyError(
            f"sweep {plan.name} is being run already by another process; wait for it, end it, or join it: nnexp work"
        )
    try:
        yield
    finally:
        claims.let_go(claim)


def open_parent(plan: Plan, store: Store, shared: Mapping[str, str] | None = None, command: str = "") -> str:
    """Begin the sweep's parent run, or open the one that an earlier launch of the same sweep left.

    `shared` are the tags in which its runs stand for others to take; `command` is what was typed, where that is known.

    Raises
    ------
    BusyError
        If another process is running the sweep, and the store keeps no claims.
    """
    earlier = store.runs(Kind.SWEEP, tags={Tag.SWEEP: plan.key})
    names = {plan.name, *(earlier[0].tags.get(Tag.NAMES, "").split() if earlier else ())}
    asked = {Tag.SEARCH: write_about(plan.search.about)} if plan.search else {}
    typed = {Tag.COMMAND: command} if command else {}
    launched = {**asked, **typed, Tag.OWNER: owner.me(), Tag.LAUNCHED: str(now()), Tag.NAMES: " ".join(sorted(names))}
    if earlier:
        if store.claims.is_free(sweep_claim(plan.key)) is None:
            _check_free(earlier[0])
        store.log(earlier[0].run_id, tags={**launched, **blank(earlier[0].tags), **(shared or {})})
        store.end(earlier[0].run_id, Status.RUNNING, now())
        return earlier[0].run_id
    tags = {
        Tag.FORMAT: str(FORMAT),
        Tag.KIND: Kind.SWEEP,
        Tag.SWEEP: plan.key,
        Tag.VARIES: " ".join(plan.varies),
        Tag.UID: uuid.uuid4().hex,
        **launched,
        **code.tags(),
        **(shared or {}),
    }
    params = plan.search.params if plan.search else {"runs": str(len(plan.runs))}
    return store.create(RunStart(plan.name, now(), params, tags))


def fate(outcome: Outcome, *, is_over: bool) -> Status:
    """Tell the parent's fate: FAILED if a run failed, KILLED if runs are left to do, or to be asked for."""
    if outcome.failures:
        return Status.FAILED
    return Status.FINISHED if is_over and not outcome.killed and not outcome.left else Status.KILLED


def close_parent(
    parent_id: str, status: Status, store: Store, say: Callable[[str], None], shared: Iterable[str] = ()
) -> None:
    """Note how the sweep ended, and share its runs no longer; if the store is away, the next command does it."""
    try:
        store.end(parent_id, status, now())
        if tags := blank(shared):
            store.log(parent_id, tags=tags)
    except TrackingError as error:
        say(f"{error}; the sweep's own run is closed by the next command")


def _check_free(parent: Run) -> None:
    by = parent.tags.get(Tag.OWNER, "")
    if parent.status is Status.RUNNING and by and by != owner.me() and not owner.is_gone(by):
        raise BusyError(f"sweep {parent.name} is being run already, by process {by.split()[1]}; wait for it, or end it")
