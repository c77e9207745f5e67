"""Where a comparison's figures come from: how many runs, which code and data, and which machines computed them."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.archive.reader import RunReader
from nnexp.comparison.comparison import Comparison
from nnexp.measure import count
from nnexp.recording.files import ENVIRONMENT
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore


def origin(comparison: Comparison, store: RunStore | None) -> list[tuple[str, str]]:
    """Give pairs of a name and a value; the machine is that of the best configuration's first run."""
    runs = comparison.runs
    if not runs:
        return []
    lines = [
        ("runs", str(len(runs))),
        ("code", digests(runs, Tag.CODE)),
        ("data", digests(runs, Tag.DATA)),
        ("environments", digests(runs, Tag.ENVIRONMENT)),
    ]
    machine = read_environment(runs[0], store) if store else {}
    return [*((name, value) for name, value in lines if value), *machine.items()]


def where(comparison: Comparison, store: RunStore | None) -> str:
    """Name the machine of the best configuration's first run, and how many there are; empty where that is unknown."""
    runs = comparison.runs
    known = read_environment(runs[0], store) if runs and store else {}
    machine = ", ".join(known[name] for name in ("cpu", "os") if known.get(name))
    others = len({run.tags.get(Tag.ENVIRONMENT) for run in runs}) - 1
    return f"{machine}, and {count(others, 'other environment')}" if machine and others else machine


def read_environment(run: Run, store: RunStore) -> dict[str, str]:
    """Read what a run computed with; empty if it left no word of it."""
    reader = RunReader(run.run_id, store)
    return reader.environment() if reader.has(ENVIRONMENT) else {}


def digests(runs: Sequence[Run], tag: str) -> str:
    """List the beginnings of the digests that runs have in a tag."""
    return ", ".join(sorted({run.tags[tag][:12] for run in runs if run.tags.get(tag)}))
