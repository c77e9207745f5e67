"""What to install to get a run's environment back."""

from __future__ import annotations

from collections.abc import Iterator

from nnexp.archive.reader import RunReader
from nnexp.recording.files import DIFF, ENVIRONMENT, PACKAGES
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore


def install_lines(run: Run, store: RunStore) -> list[str]:
    """Write the lines of a requirements file; its comments name what pip does not install."""
    reader = RunReader(run.run_id, store)
    return [*_comments(run, reader), *reader.text(PACKAGES).splitlines()]


def _comments(run: Run, reader: RunReader) -> Iterator[str]:
    environment = reader.environment() if reader.has(ENVIRONMENT) else {}
    for name in ("python", "os", "machine", "cpu", *(name for name in sorted(environment) if name.startswith("blas."))):
        if name in environment:
            yield f"# {name}: {environment[name]}"
    if commit := run.tags.get(Tag.COMMIT):
        changed = f", then git apply {DIFF}" if run.tags.get(Tag.DIRTY) == "true" else ""
        yield f"# nnexp: git checkout {commit}{changed}"
