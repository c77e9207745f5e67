"""`nnexp doctor`: what is wrong with the store, what was repaired, and what to do about the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nnexp.archive.audit import audit
from nnexp.cli.console import out, say, write
from nnexp.escape import in_json
from nnexp.recording.examine import examine
from nnexp.recording.repair import repair
from nnexp.tasks.network.setup import kernel_here
from nnexp.tracking.choose import store_here


def doctor(*, as_json: bool) -> int:
    """Repair the store, then say what else is amiss; give the exit status, which is 1 if something stays so.

    Raises
    ------
    TrackingError
        If the store cannot be read or written; it is left as it is.
    """
    store = store_here()
    told: dict[str, Any] = {"store": str(store), "exists": store.exists, "kernel": kernel_here()}
    repaired: list[str] = []
    unfinished: list[str] = []
    amiss: list[str] = []
    is_left = False
    if store.exists:
        store.prepare()
        repairs = repair(store, say, thoroughly=True)
        holes = examine(store)
        repaired, is_left = repairs.sentences(), bool(repairs.left())
        unfinished, amiss = holes.unfinished, [*holes.amiss, *audit(store)]
    if as_json:
        write(in_json({**told, "repaired": repaired, "unfinished": unfinished, "amiss": amiss}))
    else:
        _print(told, [*repaired, *unfinished, *amiss])
    return 1 if amiss or is_left else 0


def _print(told: Mapping[str, Any], findings: Sequence[str]) -> None:
    out().print(f"store: {told['store']}", soft_wrap=True)
    out().print(f"kernel: {told['kernel']}", soft_wrap=True)
    for finding in findings:
        out().print(f"- {finding}", soft_wrap=True)
    if not told["exists"]:
        out().print("there is no store here yet: nnexp train makes one")
    elif not findings:
        out().print("all is well")
