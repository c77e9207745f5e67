"""Which runs a person means: a sweep by its name, a run by the beginning of its id or by its name."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from nnexp.config.sweeps import sweep_names
from nnexp.errors import NotFoundError
from nnexp.tracking.records import Kind, Run, Status, Tag, newest_finished
from nnexp.tracking.store import RunStore


def find_run(store: RunStore, wanted: str) -> Run:
    """Find the one run that an id's beginning or a name stands for; of equal names the newest.

    Raises
    ------
    NotFoundError
        If there is none, or the beginning fits several.
    """
    records = store.runs() + store.runs(Kind.RERUN)
    named = [record for record in records if wanted in (record.run_id, record.name)]
    begun = [record for record in records if record.run_id.startswith(wanted)]
    if named or len(begun) == 1:
        return (named or begun)[0]
    if begun:
        ids = ", ".join(record.run_id[: len(wanted) + 4] for record in begun[:5])
        raise NotFoundError(f"{wanted} is the beginning of {len(begun)} runs' ids: {ids}; give more of it")
    raise _not_there("run or sweep", wanted, [*_names(store), *(record.name for record in records)])


def find_sweep(store: RunStore, wanted: str | None = None) -> Run | None:
    """Find the newest sweep of a name or id; without one, the newest of all."""
    return next((sweep for sweep in _latest_first(store) if wanted is None or _is_called(sweep, wanted)), None)


def named_sweep(store: RunStore, wanted: str) -> Run:
    """Find the newest sweep of a name or id.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    sweep = find_sweep(store, wanted)
    if sweep is None:
        raise _not_there("sweep", wanted, _names(store))
    return sweep


def running_sweep(store: RunStore, wanted: str | None = None) -> Run:
    """Find the newest sweep that is being launched; of a name or id, if one is wanted.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    named = named_sweep(store, wanted) if wanted else None
    running = [sweep for sweep in _latest_first(store) if sweep.status is Status.RUNNING]
    for sweep in running:
        if wanted is None or _is_called(sweep, wanted):
            return sweep
    if named:
        raise NotFoundError(f"sweep {named.name} is {named.status}; nnexp work joins one that is running")
    raise NotFoundError("no sweep is running in this store; nnexp sweep NAME begins one, and nnexp work joins it")


def _latest_first(store: RunStore) -> list[Run]:
    return sorted(store.runs(Kind.SWEEP), key=lambda sweep: -int(sweep.tags.get(Tag.LAUNCHED, sweep.started_at)))


def _names(store: RunStore) -> list[str]:
    return [name for sweep in store.runs(Kind.SWEEP) for name in (sweep.name, *sweep.tags.get(Tag.NAMES, "").split())]


def _not_there(what: str, wanted: str, names: Sequence[str]) -> NotFoundError:
    """Say that there is none, and what makes it, or what was meant."""
    if wanted in sweep_names():
        return NotFoundError(f"sweep {wanted} was not run in this store; nnexp sweep {wanted} does it")
    near = get_close_matches(wanted, names, n=1)
    hint = f"did you mean {near[0]}?" if near else "nnexp runs lists the runs"
    return NotFoundError(f"there is no {what} {wanted} in this store; {hint}")


def _is_called(sweep: Run, wanted: str) -> bool:
    return wanted in (sweep.name, *sweep.tags.get(Tag.NAMES, "").split()) or sweep.run_id.startswith(wanted)


def members(store: RunStore, sweep: Run) -> list[Run]:
    """List a sweep's runs, reused ones included."""
    member = Tag.member(sweep.tags.get(Tag.SWEEP, ""))
    return [record for record in store.runs() if member in record.tags]


def provable_runs(store: RunStore, wanted: Sequence[str]) -> list[Run]:
    """Gather the runs to rerun: those that are named, and of a sweep the newest finished one of each key."""
    found: dict[str, Run] = {}
    for name in wanted:
        sweep = find_sweep(store, name)
        runs = newest_finished(members(store, sweep)).values() if sweep else [find_run(store, name)]
        found |= {record.run_id: record for record in runs}
    return list(found.values())


def chosen_runs(store: RunStore, wanted: Sequence[str]) -> list[Run]:
    """Gather the runs that a list of sweeps and runs stands for; none stands for the last sweep, or for all runs."""
    if not wanted:
        last = find_sweep(store)
        return members(store, last) if last else store.runs()
    found: dict[str, Run] = {}
    for name in wanted:
        sweep = find_sweep(store, name)
        for record in members(store, sweep) if sweep else [find_run(store, name)]:
            found[record.run_id] = record
    return list(found.values())
