"""What is not as a run's record has it, here and now: data, code, environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from nnexp.archive.run import Archive
from nnexp.config.schema import THREADS
from nnexp.recording import code
from nnexp.tasks.code import digest_code
from nnexp.tasks.opened import GONE, changed
from nnexp.tasks.sources import Sources
from nnexp.tasks.task import Data, Foreign, is_foreign
from nnexp.tracking.records import Tag
from nnexp.training.environment import environment

ABSENT = "nothing"


@dataclass(frozen=True)
class Mismatch:
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


def changed_data(archive: Archive, data: Data | None) -> list[Mismatch]:
    """Compare the digest of the data's content."""
    then, now = archive.run.tags.get(Tag.DATA, ABSENT), data.digest if data else ABSENT
    found = [] if then == now else [Mismatch("data", f"digest {then[:12]}", f"digest {now[:12]}")]
    if is_foreign(archive.task):
        found += changed_files(archive.opened, archive.task)
    return found


def changed_files(opened: Mapping[str, str], task: Foreign) -> list[Mismatch]:
    """Name the files that a run was seen to read and that have other content now, or are gone."""
    others = changed(opened, task.sources.root)
    return [Mismatch(f"file {name}", _digest(then), _digest("" if now == GONE else now)) for name, then, now in others]


def changed_code(archive: Archive) -> list[Mismatch]:
    """Compare the digest of the code that decides the numbers, and name the commits."""
    then, now = archive.run.tags[Tag.CODE], archive.task.code()
    if then == now:
        return []
    if is_foreign(archive.task):
        told = code.tags(archive.task.sources.root)
        files = [*changed_sources(archive.sources, archive.task.sources)] if archive.sources else []
        return [Mismatch("code", _code(then, archive.run.tags), _code(now, told)), *files]
    return [Mismatch("code", _code(then, archive.run.tags), _code(now, code.tags()))]


def changed_sources(then: Sources, now: Sources) -> Iterator[Mismatch]:
    """Name the files whose code is other, and the packages that have other versions."""
    for name in sorted(then.texts.keys() | now.texts.keys()):
        one, other = (digest_code({name: each.texts[name]}) if name in each.texts else "" for each in (then, now))
        if one != other:
            yield Mismatch(f"code of {name}", _digest(one), _digest(other))
    for name in sorted(then.packages.keys() | now.packages.keys()):
        recorded, here = (each.packages.get(name, ABSENT) for each in (then, now))
        if recorded != here:
            yield Mismatch(f"code of the package {name}", recorded, here)


def changed_environment(archive: Archive) -> list[Mismatch]:
    """Compare the environment field by field, with as many BLAS threads as the run had."""
    with threadpool_limits(getattr(archive.config, THREADS, 1), user_api="blas"):
        here = environment(foreign=is_foreign(archive.task))
    then = archive.environment
    return [
        Mismatch(name, then.get(name, ABSENT), here.get(name, ABSENT))
        for name in sorted(then.keys() | here.keys())
        if then.get(name) != here.get(name)
    ]


def _digest(digest: str) -> str:
    return f"digest {digest[:12]}" if digest else ABSENT


def _code(digest: str, tags: Mapping[str, str]) -> str:
    if Tag.COMMIT not in tags:
        return f"digest {digest[:12]}"
    changed = " with changes" if tags.get(Tag.DIRTY) == "true" else ""
    return f"digest {digest[:12]} (commit {tags[Tag.COMMIT][:8]}{changed})"
