"""What a sweep that adds seeds leaves in the store as it goes: the looks that it made, and its runs."""

from __future__ import annotations

from collections.abc import Iterable

from nnexp.errors import TrackingError
from nnexp.sweep.plan import Plan
from nnexp.sweep.shared import SharedPlan
from nnexp.sweep.until_decided import UntilDecided
from nnexp.sweep.watcher import Watcher
from nnexp.tracking.records import Kind, Run, Tag
from nnexp.tracking.store import Store


def follow(until: UntilDecided, plan: Plan, parent_id: str, store: Store, watcher: Watcher, shared: SharedPlan) -> None:
    """Record the looks that were made already, and every other as it is made: whoever adds seeds later pays for it.

    The runs that a look asks for are shared.
    """

    def record() -> None:
        try:
            looks = {Tag.LOOKS: " ".join(map(str, sorted({*before, *until.looks})))}
            store.log(parent_id, tags=looks | shared.more(until.left()))
            adopt([run for run in until.ledger.done.values() if run.run_id not in adopted], plan, store)
            adopted.update(run.run_id for run in until.ledger.done.values())
        except TrackingError as error:
            watcher.say(f"{error}; that it was looked at {until.looks[-1]} seeds is recorded by the next launch")

    def tell() -> None:
        record()
        watcher.more(until.left())
        watcher.say(_told(until))

    [parent] = [run for run in store.runs(Kind.SWEEP, tags={Tag.SWEEP: plan.key}) if run.run_id == parent_id]
    adopted = {run.run_id for run in until.ledger.done.values()}
    before = {int(seeds) for seeds in parent.tags.get(Tag.LOOKS, "").split()}
    if until.looks:
        record()
    until.follow(tell)


def adopt(runs: Iterable[Run], plan: Plan, store: Store) -> None:
    """Make runs that are reused members of the sweep too."""
    member = {Tag.member(plan.key): Tag.YES}
    for run in runs:
        if not member.items() <= run.tags.items():
            store.log(run.run_id, tags=member)


def _told(until: UntilDecided) -> str:
    at = f"looked at {until.looks[-1]} seeds"
    if until.last is None:
        return f"{at}: there are no two settings with a run that counts"
    if until.is_over:
        return f"{at}: it is over"
    more = until.last.more
    parked = len(until.asked) - len(more)
    others = f", {parked} {'is' if parked == 1 else 'are'} parked" if parked else ""
    go_on = "goes on" if len(more) == 1 else "go on"
    return f"{at}: {len(more)} of {len(until.asked)} settings {go_on} to {until.last.up_to}{others}"
