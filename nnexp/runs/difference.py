"""What differs between a run's record and what would train it here and now: data, code, environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from nnexp.datasets import Dataset
from nnexp.runs import source
from nnexp.runs.environment import environment
from nnexp.runs.key import code_digest
from nnexp.runs.record import Record
from nnexp.tracking.records import Tag

ABSENT = "nothing"
COMMIT = "mlflow.source.git.commit"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was recorded."""

    what: str  # data, code, or a field of the environment
    recorded: str
    here: str

    def __str__(self) -> str:
        """Say it in words; of long lists of words only those that differ."""
        then, now = self.recorded.split(), self.here.split()
        if len(then) + len(now) > 20:
            gone, new = sorted(set(then) - set(now)), sorted(set(now) - set(then))
            parts = [f"{word} {' '.join(names)}" for word, names in (("lacks", gone), ("adds", new)) if names]
            return f"{self.what}: here {', '.join(parts)}"
        return f"{self.what}: {self.recorded} was recorded, {self.here} is here"


def data_differences(record: Record, dataset: Dataset) -> list[Difference]:
    """Compare the digest of the data's content."""
    then, now = record.run.tags[Tag.DATA], dataset.digest
    return [] if then == now else [Difference("data", f"digest {then[:12]}", f"digest {now[:12]}")]


def code_differences(record: Record) -> list[Difference]:
    """Compare the digest of the code that decides the numbers, and name the commits."""
    then, now = record.run.tags[Tag.CODE], code_digest()
    if then == now:
        return []
    return [Difference("code", _code(then, record.run.tags), _code(now, source.tags()))]


def environment_differences(record: Record) -> list[Difference]:
    """Compare the environment field by field, with as many BLAS threads as the run had."""
    with threadpool_limits(record.config.threads, user_api="blas"):
        here = environment()
    then = record.environment
    return [
        Difference(name, then.get(name, ABSENT), here.get(name, ABSENT))
        for name in sorted(then.keys() | here.keys())
        if then.get(name) != here.get(name)
    ]


def _code(digest: str, tags: Mapping[str, str]) -> str:
    if COMMIT not in tags:
        return f"digest {digest[:12]}"
    changed = " with changes" if tags.get(Tag.DIRTY) == "true" else ""
    return f"digest {digest[:12]} (commit {tags[COMMIT][:8]}{changed})"
