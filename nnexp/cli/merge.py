"""`nnexp merge OTHER`: another store's runs, proved by their keys, brought into this one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from nnexp.cli.console import out, say, write
from nnexp.errors import ConfigError, NotFoundError
from nnexp.escape import in_json
from nnexp.measure import count
from nnexp.recording.store import open_store
from nnexp.sweep.called import SHORT
from nnexp.sweep.merge import Merge, survey_merge
from nnexp.sweep.merging import Merged, do_merge
from nnexp.tracking.choose import store_at, store_here
from nnexp.tracking.records import Run

MOST_NAMES = 5


def merge(where: str, experiment: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Merge a store into the one here; give the exit status, which is 1 if not all of it could be brought or agrees."""
    store, other = store_here() if dry_run else open_store(say), store_at(where, experiment)
    if other.address == store.address:
        raise ConfigError(f"{other} is the store itself that it was to be merged into; name another")
    found = survey_merge(other, store)
    if not (found.sweeps or found.coming or found.known or found.refused or found.running):
        raise NotFoundError(f"{other} holds no runs of nnexp; --experiment names another experiment of it")
    merged = Merged()
    if not dry_run and (found.coming or found.known or found.sweeps):
        if found.coming:
            say(f"{count(len(found.coming), 'run')} proved, and brought now")
        folder = Path(f"merged/{datetime.now():%Y-%m-%d/%H-%M-%S-%f}").absolute()
        merged = do_merge(found, other, store, folder, say)
    if as_json:
        write(in_json(_json(found, merged, dry_run=dry_run)))
    else:
        for line in _lines(found, merged, str(other), dry_run=dry_run):
            out().print(line, soft_wrap=True)
    return 1 if found.refused or found.other_bits or merged.left else 0


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
    for one in found.other_bits:
        here = one.here.run_id[:SHORT]
        yield (
            f"SAME KEY, OTHER BITS: run {one.there.run_id[:SHORT]} there and {here} here ({one.here.name}) part at "
            f"epoch {one.epoch}; nnexp rerun {here} says whether this one repeats itself"
        )
    for run, why in (*found.refused, *merged.left):
        yield f"not brought: {run.run_id[:SHORT]} ({run.name}): {why}"


def _named(runs: Sequence[Run]) -> str:
    names = list(dict.fromkeys(run.name for run in runs))
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


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
        "refused": [{"there": run.run_id, "name": run.name, "why": why} for run, why in (*found.refused, *merged.left)],
        "left_there": found.passed_over,
    }


def _brought(records: Sequence[Run], here: Mapping[str, str]) -> list[dict[str, str | None]]:
    return [{"there": one.run_id, "here": here.get(one.run_id), "name": one.name} for one in records]
