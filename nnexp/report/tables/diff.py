"""What differs between two runs, and nothing else: settings, environment, code, data, results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nnexp.comparison.origin import read_environment
from nnexp.measure import BEST, FINAL
from nnexp.tracking.records import Run, Tag, declared_by
from nnexp.tracking.store import RunStore

ABSENT = "-"
CODE = {"code digest": Tag.CODE, "commit": Tag.COMMIT, "tree": Tag.DIRTY}
SUMS = (BEST, FINAL)


@dataclass(frozen=True)
class Section:
    """One kind of difference: rows of (name, left, right)."""

    title: str
    rows: tuple[tuple[str, str, str], ...]


def diff(left: Run, right: Run, store: RunStore) -> list[Section]:
    """Compare two runs; a section without a difference is left out."""
    pairs = {
        "settings": (left.params, right.params),
        "environment": (read_environment(left, store), read_environment(right, store)),
        "code": (_tags(left, CODE), _tags(right, CODE)),
        "data": (_tags(left, {"content": Tag.DATA}), _tags(right, {"content": Tag.DATA})),
        "results": (_results(left), _results(right)),
    }
    sections = [Section(title, _rows(*pair)) for title, pair in pairs.items()]
    return [section for section in sections if section.rows]


def _rows(left: Mapping[str, str], right: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    names = [*left, *(name for name in right if name not in left)]
    both = ((name, left.get(name, ABSENT), right.get(name, ABSENT)) for name in names)
    return tuple(row for row in both if row[1] != row[2])


def _tags(record: Run, names: Mapping[str, str]) -> dict[str, str]:
    return {shown: record.tags[tag][:12] for shown, tag in names.items() if tag in record.tags}


def _results(record: Run) -> dict[str, str]:
    """Give what the run came to, and of what is not summed up so its last value, where one is better than another."""
    declared = declared_by([record])
    last = {name for name, one in declared.items() if one.better and one.final.name not in record.metrics}
    kept = {name: value for name, value in record.metrics.items() if name.startswith(SUMS) or name in last}
    return {"status": record.status.value} | {name: f"{kept[name]:.6g}" for name in sorted(kept)}
