"""What is trained is a task; everything around it (sweeping, surviving, recording, comparing, proving) knows no more.

A task declares its settings and its metrics, checks a config against its data, says which code decides its numbers, and
trains. Training is a generator: each `yield` is an epoch, by whose digest a rerun is proved; what it returns is kept.
It never prints, logs or tracks; whoever runs it decides what to do with its epochs, and may `close` it after each.
An epoch may give the state that training goes on from: handed to `begin`, the next epoch is the first, and from there
on every digest, metric and file must be what it would have been without a stop.

A task is sent to worker processes by pickle, so it must be importable there; a config is sent as plain values and
rebuilt by the task's schema. What it computes with is to be imported at the top of its module: the environment is
recorded when a run begins.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import getattr_static
from typing import Any, Protocol, TypeGuard, runtime_checkable

from numpy.typing import NDArray

from nnexp.config.schema import Schema
from nnexp.measure import Measure
from nnexp.tasks.sources import Sources


@dataclass(frozen=True)
class Data:
    """What a run learns from: its name, the digest of its content, and where it lies."""

    name: str
    digest: str
    source: str


@dataclass(frozen=True)
class Examined:
    """A config that can be trained: as it is to be recorded, how its runs are called, and its data if it has any."""

    config: Any
    title: str
    data: Data | None = None
    told: frozenset[str] = frozenset()  # the settings that the title tells already
    cautions: tuple[str, ...] = ()  # what can be trained, but was hardly meant: a line each
    portable: bool = False  # whether its bits are the same in every environment
    measures: tuple[Measure, ...] = ()  # which of the task's metrics it has, where that depends on the data


Files = Mapping[str, Mapping[str, NDArray[Any]]]  # arrays, by the name of the file that they are kept in


@dataclass(frozen=True)
class Measured:
    """What one epoch brought: its metrics by name, and the SHA-256 of the state that it left (none: of its metrics).

    `state`, called before the next epoch is asked for or after the last, gives all that training goes on from; it is
    called now and then, and a killed run goes on from there, if the epoch that came next comes out again. After the
    last it is called of nnexp's own tasks alone: whoever goes on from code of others is to prove it by an epoch. A file
    that the `Result` has too must be the same there; it is kept once. None: training cannot go on from here.
    """

    metrics: Mapping[str, float]
    digest: str = ""
    state: Callable[[], Files] | None = None


@dataclass(frozen=True)
class Result:
    """What a finished run leaves: arrays by the name of their file, and remarks that become tags of the run.

    `metrics` are those that are known only at the end; `pictures` are PNGs by the name of their file, less its ending.
    `returned` is for whoever launched the run alone, packed by the task: no record holds it.
    """

    arrays: Files = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    returned: bytes = b""


Read = Callable[[str], Mapping[str, NDArray[Any]]]  # the arrays of one of a run's files, by the name in its Result


class Task(Protocol):
    """What is trained."""

    @property
    def name(self) -> str:
        """What the task is called; recorded with every run."""
        ...

    @property
    def schema(self) -> Schema[Any]:
        """Its settings."""
        ...

    @property
    def measures(self) -> Sequence[Measure]:
        """Its metrics, each declared once: all that a run of it may have."""
        ...

    def examine(self, config: Any) -> Examined:
        """Check a config against its data before anything is trained.

        Raises
        ------
        ConfigError, DataError
            Settings or data that cannot be used.
        """
        ...

    def code(self) -> str:
        """Digest the code that decides the numbers, as this process has it: another digest is another experiment."""
        ...

    def begin(self, config: Any, state: Files | None = None) -> Generator[Measured, None, Result]:
        """Train, an epoch at a time: from the start, or from the state that an epoch gave.

        A task whose epochs give no state is never handed one, and need not take it.
        """
        ...

    def digest_of(self, config: Any, read: Read) -> str:
        """Digest the state that a finished run left, as its last epoch was; empty where its files do not hold it.

        Raises
        ------
        DataError
            Arrays that no run leaves: what is read is a record, and may have been altered.
        """
        ...

    def epochs(self, config: Any) -> int | None:
        """Tell how many epochs a run has that finished, where its settings promise it; None: that shows as it goes."""
        ...

    def epoch_seconds(self, config: Any) -> float:
        """Guess how long an epoch will take, in seconds; 0 where that cannot be told."""
        ...


class Foreign(Task, Protocol):
    """A task whose code is not nnexp's: it may print, crash, or leave threads behind, so it never runs in a launcher.

    Its metrics need not be declared: what is not, is taken for what its name says once it was measured.
    """

    @property
    def sources(self) -> Sources:
        """Its code, as this process has it: what `code` digests, and is recorded with every run."""
        ...


def is_foreign(task: object) -> TypeGuard[Foreign]:
    """Tell whether a task is of others, without asking for its code, which may have to be imported."""
    return getattr_static(task, "sources", None) is not None


@runtime_checkable
class Open(Protocol):
    """A task whose own code may write into the record of its run: that is made before it begins, and it is told where.

    What nnexp itself records of the run is written after it, and stands.
    """

    def within(self, variables: Mapping[str, str]) -> Task:
        """Give the task as it runs where the environment has these variables."""
        ...


@runtime_checkable
class Sendable(Protocol):
    """What a task may have besides, for its data to be sent to other machines; any other's must lie there too."""

    def pack(self, config: Any) -> bytes:
        """Give the data of a config as bytes.

        Raises
        ------
        DataError
            Data that cannot be read.
        """
        ...

    def unpack(self, config: Any, digest: str, fetch: Callable[[], bytes]) -> Any:
        """Give the config as it learns there from what was packed, which `digest`, a SHA-256 (hex), names.

        What is not there yet is fetched, and kept for others. The config's key must be the same.

        Raises
        ------
        DataError
            Data that are something else, or that cannot be kept.
        """
        ...
