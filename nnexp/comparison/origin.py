"""Where a comparison's figures come from: how many runs, which code and data, and which machines computed them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from nnexp.comparison.compare import Comparison
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore


def origin(comparison: Comparison, store: RunStore | None) -> list[tuple[str, str]]:
    """Give pairs of a name and a value; the machine is that of the best setting's first run."""
    runs = comparison.runs
    if not runs:
        return []
    lines = [
        ("runs", str(len(runs))),
        ("code", _digests(runs, Tag.CODE)),
        ("data", _digests(runs, Tag.DATA)),
        ("environments", _digests(runs, Tag.ENVIRONMENT)),
    ]
    return [(name, value) for name, value in lines if value] + _machine(runs[0], store)


def _digests(runs: Sequence[Run], tag: str) -> str:
    return ", ".join(sorted({run.tags[tag][:12] for run in runs if run.tags.get(tag)}))


def _machine(run: Run, store: RunStore | None) -> list[tuple[str, str]]:
    content = store.artifact(run.run_id, "environment.json") if store else None
    return [(name, str(value)) for name, value in json.loads(content).items()] if content else []
