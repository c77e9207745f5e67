"""`nnexp doctor`: what is wrong with the store, what was repaired, and what to do about the rest."""

from __future__ import annotations

from nnexp.archive.audit import audit
from nnexp.cli.console import out, say
from nnexp.recording.examine import examine
from nnexp.recording.repair import repair
from nnexp.tasks.network.setup import kernel_here
from nnexp.tracking.choose import store_here


def doctor() -> int:
    """Repair the store, then say what else is amiss; give the exit status, which is 1 if something stays so.

    Raises
    ------
    TrackingError
        If the store cannot be read or written; it is left as it is.
    """
    store = store_here()
    out().print(f"store: {store}", soft_wrap=True)
    out().print(f"kernel: {kernel_here()}", soft_wrap=True)
    if not store.exists:
        out().print("there is no store here yet: nnexp train makes one")
        return 0
    store.prepare()
    repairs = repair(store, say, thoroughly=True)
    holes = examine(store)
    amiss = [*holes.amiss, *audit(store)]
    for finding in (*repairs.sentences(), *holes.unfinished, *amiss):
        out().print(f"- {finding}", soft_wrap=True)
    if not (repairs.sentences() or holes.unfinished or amiss):
        out().print("all is well")
    return 1 if amiss or repairs.left() else 0
