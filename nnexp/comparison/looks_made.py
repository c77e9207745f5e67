"""Which looks were made at runs before, while seeds were added where they decide: whoever looks again pays for them."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.tracking.records import Kind, Run, Tag
from nnexp.tracking.store import RunStore


def looks_made(runs: Sequence[Run], store: RunStore | None) -> tuple[int, ...]:
    """List the looks that a sweep of any of the runs made while it added seeds: who adds more by hand pays for them."""
    members = {name for run in runs for name in run.tags}
    sweeps = store.runs(Kind.SWEEP) if store else []
    told = [one.tags[Tag.LOOKS] for one in sweeps if Tag.LOOKS in one.tags and _member(one) in members]
    return tuple(sorted({int(seeds) for text in told for seeds in text.split() if seeds.isdecimal()}))


def _member(sweep: Run) -> str:
    return Tag.member(sweep.tags.get(Tag.SWEEP, ""))
