"""Which runs a person means: a sweep or a run, by its name, its id or the beginning of that.

Of sweeps that share a name the newest is taken: it is launched by that name, again and again. Runs that share one are
told apart, and none is taken. Whoever named nothing, or what several are called, is told what was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from nnexp.config.sweeps import sweep_names
from nnexp.errors import NotFoundError
from nnexp.measure import count
from nnexp.sweep.called import MOST_CANDIDATES, candidates, names_of, told_sweep
from nnexp.tracking.records import Kind, Run, Status, newest_finished
from nnexp.tracking.store import RunStore
from nnexp.tracking.sweeps import latest_first, mark_of

Say = Callable[[str], None]

RUNS = (Kind.RUN, Kind.RERUN)
MOST_MEANT = 3  # names of what may have been meant


def find_run(store: RunStore, wanted: str) -> Run:
    """Find the one run that an id, its beginning or a name stands for.

    Raises
    ------
    NotFoundError
        If there is none, or there are several.
    """
    _check_given(wanted)
    records = store.runs(None)
    runs = [record for record in records if record.kind in RUNS]
    if found := _only(wanted, runs):
        return found
    if sweep := _sweep([record for record in records if record.kind == Kind.SWEEP], wanted):
        hint = f"nnexp runs --sweep {wanted} lists them"
        raise NotFoundError(f"{told_sweep(sweep)} is no run; {hint}")
    raise _not_there("run or sweep", wanted, [*_names(records), *(run.name for run in runs)])


def find_sweep(store: RunStore, wanted: str | None = None) -> Run | None:
    """Find the newest sweep of a name, or the one of an id or its beginning; without one, the newest of all.

    Raises
    ------
    NotFoundError
        If the beginning fits several.
    """
    return _sweep(store.runs(Kind.SWEEP), wanted)


def named_sweep(store: RunStore, wanted: str) -> Run:
    """Find the newest sweep of a name, or the one of an id or its beginning.

    Raises
    ------
    NotFoundError
        If there is none, or the beginning fits several.
    """
    _check_given(wanted)
    sweeps = store.runs(Kind.SWEEP)
    sweep = _sweep(sweeps, wanted)
    if sweep is None:
        raise _not_there("sweep", wanted, _names(sweeps))
    return sweep


def sweep_or_last(store: RunStore, wanted: str | None, say: Say) -> Run | None:
    """Find a sweep as `named_sweep` does, and without a name the last one; say which, where that was left open."""
    if wanted is not None:
        sweep = named_sweep(store, wanted)
        _tell_of_several(store, sweep, wanted, say)
        return sweep
    last = find_sweep(store)
    if last:
        say(f"{told_sweep(last)}: the last one; nnexp sweeps lists them")
    return last


def running_sweep(store: RunStore, wanted: str | None = None) -> Run:
    """Find the newest sweep that is being launched; of a name or id, if one is wanted.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    named = named_sweep(store, wanted) if wanted is not None else None
    running = [sweep for sweep in latest_first(store.runs(Kind.SWEEP)) if sweep.status is Status.RUNNING]
    for sweep in running:
        if wanted is None or wanted in names_of(sweep) or (wanted and sweep.run_id.startswith(wanted)):
            return sweep
    if named:
        raise NotFoundError(f"sweep {named.name} is {named.status}; nnexp work joins one that is running")
    raise NotFoundError("no sweep is running in this store; nnexp sweep NAME begins one, and nnexp work joins it")


def members(store: RunStore, sweep: Run) -> list[Run]:
    """List a sweep's runs, reused ones included."""
    return [record for record in store.runs() if mark_of(sweep) in record.tags]


def provable_runs(store: RunStore, wanted: Sequence[str], say: Say) -> list[Run]:
    """Gather the runs to rerun: those that are named, and of a sweep the newest finished one of each key."""
    found: dict[str, Run] = {}
    for name in wanted:
        one = find_run_or_sweep(store, name)
        if one.kind == Kind.SWEEP:
            _tell_of_several(store, one, name, say)
        runs = newest_finished(members(store, one)).values() if one.kind == Kind.SWEEP else [one]
        found |= {record.run_id: record for record in runs}
    return list(found.values())


def chosen_runs(store: RunStore, wanted: Sequence[str], say: Say) -> list[Run]:
    """Gather the runs that a list of sweeps and runs stands for; none stands for the last sweep, or for all runs."""
    if not wanted:
        last = sweep_or_last(store, None, say)
        return members(store, last) if last else store.runs()
    found: dict[str, Run] = {}
    for name in wanted:
        one = find_run_or_sweep(store, name)
        if one.kind == Kind.SWEEP:
            _tell_of_several(store, one, name, say)
        found |= {record.run_id: record for record in (members(store, one) if one.kind == Kind.SWEEP else [one])}
    return list(found.values())


def find_run_or_sweep(store: RunStore, wanted: str) -> Run:
    """Find the sweep or the run that a name, an id or its beginning stands for; a sweep comes first.

    Raises
    ------
    NotFoundError
        If there is none, or the beginning or the name fits several.
    """
    _check_given(wanted)
    records = store.runs(None)
    sweeps = [record for record in records if record.kind == Kind.SWEEP]
    if named := [sweep for sweep in latest_first(sweeps) if wanted in names_of(sweep)]:
        return named[0]
    runs = [record for record in records if record.kind in RUNS]
    if found := _only(wanted, [*sweeps, *runs]):
        return found
    raise _not_there("run or sweep", wanted, [*_names(sweeps), *(run.name for run in runs)])


def _sweep(sweeps: Sequence[Run], wanted: str | None) -> Run | None:
    latest = latest_first(sweeps)
    if wanted is None:
        return next(iter(latest), None)
    return next((sweep for sweep in latest if wanted in names_of(sweep)), None) or _only(wanted, latest)


def _check_given(wanted: str) -> None:
    """Refuse what is left of a name where a shell's variable was not set."""
    if not wanted.strip():
        raise NotFoundError("a run or a sweep must be named, but got an empty name; leave it out, or give one")


def _only(wanted: str, records: Sequence[Run]) -> Run | None:
    """Pick the one record that has an id or a name, or whose id begins so; refuse several."""
    for record in records:
        if record.run_id == wanted:
            return record
    if named := [record for record in records if record.name == wanted]:
        if len(named) > 1:
            raise NotFoundError(f"{wanted} is the name of {count(len(named), 'run')}: {candidates(named)}; give an id")
        return named[0]
    begun = [record for record in records if wanted and record.run_id.startswith(wanted)]
    if len(begun) > 1:
        longer = len(wanted) + 4
        ids = ", ".join(record.run_id[:longer] for record in begun[:MOST_CANDIDATES])
        more = f" and {len(begun) - MOST_CANDIDATES} more" if len(begun) > MOST_CANDIDATES else ""
        raise NotFoundError(f"{wanted} is the beginning of {len(begun)} ids: {ids}{more}; give more of it")
    return begun[0] if begun else None


def _tell_of_several(store: RunStore, sweep: Run, wanted: str, say: Say) -> None:
    """Say which sweep of a name was taken, if several have it."""
    several = [one for one in store.runs(Kind.SWEEP) if wanted in names_of(one)]
    if len(several) > 1:
        say(f"{told_sweep(sweep)}: the newest of {len(several)} of this name; nnexp sweeps lists them")


def _names(records: Iterable[Run]) -> list[str]:
    return [name for record in records if record.kind == Kind.SWEEP for name in names_of(record)]


def _not_there(what: str, wanted: str, names: Sequence[str]) -> NotFoundError:
    """Say that there is none, and what makes it, or what was meant."""
    if wanted in sweep_names():
        return NotFoundError(f"sweep {wanted} was not run in this store; nnexp sweep {wanted} does it")
    words = set(wanted.split())
    holding = sorted({name for name in names if words <= {*name.split()}}, key=lambda name: (len(name.split()), name))
    near = holding or get_close_matches(wanted, names, n=1)
    quoted = " (a name that holds blanks is quoted)" if any(" " in name for name in near[:MOST_MEANT]) else ""
    hint = f"did you mean {' or '.join(near[:MOST_MEANT])}{quoted}?" if near else "nnexp runs lists the runs"
    return NotFoundError(f"there is no {what} {wanted} in this store; {hint}")
