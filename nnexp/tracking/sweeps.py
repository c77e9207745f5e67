"""What a sweep's own record tells of it: when it was last launched, and how its runs are marked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nnexp.tracking.records import Run, Tag, moment

DECIMAL = re.compile(r"[0-9]{1,15}")


def latest_first(sweeps: Iterable[Run]) -> list[Run]:
    """Order sweeps by when they were last launched."""
    return sorted(sweeps, key=lambda sweep: -launched_at(sweep))


def launched_at(sweep: Run) -> int:
    """Tell when a sweep was last launched, in Unix milliseconds."""
    text = sweep.tags.get(Tag.LAUNCHED, "")
    return (moment(int(text)) if DECIMAL.fullmatch(text) else None) or sweep.started_at


def mark_of(sweep: Run) -> str:
    """Name the tag that a sweep's runs carry."""
    return Tag.member(sweep.tags.get(Tag.SWEEP, ""))
