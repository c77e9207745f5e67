"""Runs on several data sets: an accuracy on one says nothing of another, so each is compared by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePath

from nnexp.comparison.eligible import COUNTED
from nnexp.comparison.groups import DATA_NAME, UNSET, setting_of
from nnexp.tracking.records import Run, Tag

PATH = f"{DATA_NAME.rpartition('.')[0]}.path"
FEWEST = 2  # runs of a data set, for it to be compared by itself


def by_dataset(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Part runs by the data set that they were pointed at, each by as much of its path as tells it from the others.

    Empty where there are not several, with several finished runs each, that hold other data.
    """
    parts: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.started_at):
        if run.kind in COUNTED:
            parts[setting_of(run, DATA_NAME), setting_of(run, PATH)].append(run)
    finished = {place: [run for run in part if run.is_finished] for place, part in parts.items()}
    contents = {run.tags.get(Tag.DATA, "") for part in finished.values() for run in part}
    if len(parts) < 2 or len(contents) < 2 or any(len(part) < FEWEST for part in finished.values()):
        return {}
    return dict(zip(_names(list(parts)), parts.values(), strict=True))


def _names(places: Sequence[tuple[str, str]]) -> list[str]:
    """Name places by the last parts of their paths, as many as it takes; what lies nowhere else, by its name."""
    paths = [PurePath(name if path in (UNSET, "null", "None") else path).parts for name, path in places]
    longest = max(map(len, paths))
    for length in range(1, longest + 1):
        names = ["/".join(path[-length:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [f"{name} {'/'.join(path)}" for (name, _), path in zip(places, paths, strict=True)]
