"""How sweeps and runs are told from each other: what they are called, when they were launched, what differs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from nnexp.tracking.records import Run, Tag
from nnexp.tracking.sweeps import launched_at, mark_of

SHORT = 8  # characters of an id, as it is told
MOST_CANDIDATES = 5
MOST_DIFFERENCES = 3  # settings by which runs of one name are told apart
NO_FILE_NAME = re.compile(r"[^\w.-]+")
LONGEST = 80  # characters of a name that a file is called by


def names_of(sweep: Run) -> list[str]:
    """List all that a sweep was called."""
    return list(dict.fromkeys([sweep.name, *sweep.tags.get(Tag.NAMES, "").split()]))


def told_sweep(sweep: Run) -> str:
    """Say which sweep it is."""
    return f"sweep {sweep.name} ({sweep.run_id[:SHORT]}, {moment_told(launched_at(sweep))})"


def told_run(run: Run, sweeps: Sequence[Run]) -> str:
    """Say which run it is, and of which sweep."""
    of = next((f", of sweep {sweep.name} ({sweep.run_id[:SHORT]})" for sweep in sweeps_of(run, sweeps)), "")
    return f"run {run.run_id[:SHORT]}  {run.name}{of}"


def file_name(one: Run) -> str:
    """Name a file or a folder after a sweep or a run, as after no other."""
    return f"{NO_FILE_NAME.sub('-', one.name).lstrip('-.')[:LONGEST] or one.kind}-{one.run_id[:SHORT]}"


def moment_told(milliseconds: int) -> str:
    """Write a moment as the person's clock shows it."""
    return datetime.fromtimestamp(milliseconds / 1000).strftime("%Y-%m-%d %H:%M")


def sweeps_of(run: Run, sweeps: Iterable[Run]) -> list[Run]:
    """List the sweeps that a run belongs to, first the one that it was trained for."""
    members = [sweep for sweep in sweeps if mark_of(sweep) in run.tags]
    return sorted(members, key=lambda sweep: sweep.run_id != run.parent_id)


def candidates(runs: Sequence[Run]) -> str:
    """Tell runs of one name apart: by id and time, and by what differs between them."""
    everything = {name: None for run in runs for name in run.params}
    differing = [name for name in everything if len({run.params.get(name) for run in runs}) > 1][:MOST_DIFFERENCES]
    told = []
    for run in runs[:MOST_CANDIDATES]:
        settings = [f"{name}={run.params[name]}" for name in differing if name in run.params]
        fate = [run.fate] if len({run.fate for run in runs}) > 1 else []
        told.append(f"{run.run_id[:SHORT]} ({', '.join([moment_told(run.started_at), *fate, *settings])})")
    more = f" and {len(runs) - MOST_CANDIDATES} more" if len(runs) > MOST_CANDIDATES else ""
    return ", ".join(told) + more
