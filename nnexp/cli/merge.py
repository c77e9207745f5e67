"""`nnexp merge OTHER`: another store's runs, proved by their keys, brought into this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.progress import track

from nnexp.cli.console import err, out, say, write
from nnexp.errors import ConfigError, NotFoundError, UnfinishedError
from nnexp.escape import in_json, shortened
from nnexp.measure import count
from nnexp.recording.store import open_store
from nnexp.sweep.called import SHORT
from nnexp.sweep.merge import Merge, survey_merge
from nnexp.sweep.merging import Merged, do_merge
from nnexp.tracking.choose import are_one, store_at, store_here
from nnexp.tracking.records import Kind, Run

MOST_NAMES = 5
LONGEST_NAME = 60  # characters
AGAIN = "type it again to go on"


def merge(where: str, experiment: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Merge a store into the one here; give the exit status, which is 1 if not all of it could be brought or agrees.

    Raises
    ------
    UnfinishedError
        If it was stopped.
    """
    store, other = store_here() if dry_run else open_store(say), store_at(where, experiment)
    if are_one(store, other):
        raise ConfigError(f"{other} is the store itself that it was to be merged into; name another")
    records = other.runs(None)
    if not any(record.kind in (Kind.RUN, Kind.SWEEP) for record in records):
        raise NotFoundError(f"{other} holds no runs of nnexp; --experiment names another experiment of it")
    if not dry_run:
        store.prepare()
    try:
        found = survey_merge(records, other, store, _watched)
    except KeyboardInterrupt:
        raise UnfinishedError(f"the merge was stopped before anything came from {other}; {AGAIN}", 130) from None
    merged = Merged()
    if not dry_run and (found.coming or found.known):
        if found.coming:
            say(f"{count(len(found.coming), 'run')} proved, and brought now")
        folder = Path(f"merged/{datetime.now():%Y-%m-%d/%H-%M-%S-%f}").absolute()
        merged = do_merge(found, other, store, folder, say, _watched)
    if as_json:
        write(in_json(_json(found, merged, dry_run=dry_run)))
    if merged.signal:
        came = f"{len(merged.runs):,} of {count(len(found.coming), 'run')}"
        raise UnfinishedError(f"the merge was stopped: {came} came from {other}; {AGAIN}", 128 + merged.signal)
    for line in () if as_json else _lines(found, merged, str(other), dry_run=dry_run):
        out().print(line, soft_wrap=True)
    return 1 if found.refused or found.other_bits or merged.left else 0


def _watched(runs: Sequence[Run], what: str) -> Iterable[Run]:
    """Show on a terminal how far it is."""
    return track(runs, what, console=err(), transient=True, disable=not err().is_terminal)


def _lines(found: Merge, merged: Merged, other: str, *, dry_run: bool) -> Iterator[str]:
    coming, verb = (len(found.coming), "would come") if dry_run else (len(merged.runs), "came")
    sweeps = f", of {count(len(found.sweeps), 'sweep')}: {_named(found.sweeps)}" if found.sweeps and coming else ""
    yield f"{count(coming, 'run')} {verb} from {other}{sweeps}"
    if found.known:
        yield f"{_are(found.known)} here already, by their keys, and not doubled"
    if found.passed_over:
        yield f"left there: {count(found.passed_over, 'record')} (reruns, and attempts at what was finished since)"
    if found.running:
        yield f"{_are(found.running)} RUNNING there, and left alone: {_named(found.running)}"
    if found.empty:
        yield f"left there: {count(len(found.empty), 'sweep')} without a run that could come: {_named(found.empty)}"
    for one in found.other_bits:
        here = one.here.run_id[:SHORT]
        yield (
            f"SAME KEY, OTHER BITS: run {one.there.run_id[:SHORT]} there and {here} here ({_name(one.here)}) part at "
            f"epoch {one.epoch}; nnexp rerun {here} says whether this one repeats itself"
        )
    for run, why in (*found.refused, *merged.left):
        yield f"not brought: {run.run_id[:SHORT]} ({_name(run)}): {why}"


def _named(runs: Sequence[Run]) -> str:
    names = list(dict.fromkeys(map(_name, runs)))
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _name(run: Run) -> str:
    return shortened(run.name, LONGEST_NAME)


def _are(found: Sequence[object]) -> str:
    return f"{count(len(found), 'run')} {'is' if len(found) == 1 else 'are'}"


def _json(found: Merge, merged: Merged, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "coming": _brought(found.coming, merged.runs),
        "sweeps": _brought(found.sweeps, merged.sweeps),
        "known": [{"there": run.run_id, "here": here.run_id} for run, here in found.known],
        "other_bits": [
            {"there": one.there.run_id, "here": one.here.run_id, "epoch": one.epoch} for one in found.other_bits
        ],
        "running": [run.run_id for run in found.running],
        "empty": [sweep.run_id for sweep in found.empty],
        "refused": [{"there": run.run_id, "name": run.name, "why": why} for run, why in (*found.refused, *merged.left)],
        "left_there": found.passed_over,
    }


def _brought(records: Sequence[Run], here: Mapping[str, str]) -> list[dict[str, str | None]]:
    return [{"there": one.run_id, "here": here.get(one.run_id), "name": one.name} for one in records]
