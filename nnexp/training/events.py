"""What a run says as it goes. Plain data: whoever runs it decides what to do with them.

A run says `Started`, an `Epoch` for each, what it prints as it comes, and one of the endings; one that was handed a
checkpoint says `Resumed` before its epochs. `WorkerLost` is said on behalf of a run by whoever outlives it. Times are
Unix milliseconds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from nnexp.tasks.task import Files


def now() -> int:
    """Tell the time in Unix milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Started:
    """The worker has begun, in this environment."""

    environment: Mapping[str, str]
    time: int = field(default_factory=now)


@dataclass(frozen=True)
class Resumed:
    """The run goes on from where another stood after this epoch; or why it cannot, and is trained from its start."""

    run_id: str
    epoch: int
    error: str = ""


@dataclass(frozen=True)
class Kept:
    """A state that an epoch left, as checkpoint.py packs it; or why it cannot be kept."""

    state: bytes = field(default=b"", repr=False)
    error: str = ""


@dataclass(frozen=True)
class Epoch:
    """One epoch is done: its number from 1, its metrics by name, and the digest of the state that it left.

    Now and then it brings the state that the epoch `before` it left. Whoever goes on from there trains this one again,
    and so proves that going on is exact.
    """

    number: int
    metrics: Mapping[str, float]
    digest: str
    time: int = field(default_factory=now)
    before: Kept | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Printed:
    """What the run's process wrote to its standard output and error, as it came."""

    text: str
    time: int = field(default_factory=now)


@dataclass(frozen=True)
class Finished:
    """The last epoch is done: arrays by the name of their file, remarks that become tags, and what to go on from."""

    arrays: Files
    remarks: Mapping[str, str] = field(default_factory=dict)
    time: int = field(default_factory=now)
    state: Files = field(default_factory=dict, compare=False)  # of the last epoch; none: training cannot go on
    metrics: Mapping[str, float] = field(default_factory=dict)  # that are known only at the end
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # PNGs, by the name of their file less its ending
    opened: Mapping[str, str] = field(default_factory=dict)  # digests of the files that it read, by their paths
    returned: bytes = field(default=b"", compare=False)  # for whoever launched the run: no record holds it


@dataclass(frozen=True)
class Pruned:
    """The run was ended before its last epoch, because it is not worth going on with: no result, and no failure."""

    error: str
    time: int = field(default_factory=now)
    state: Files = field(default_factory=dict, compare=False)  # likewise


@dataclass(frozen=True)
class Failed:
    """The run raised an exception."""

    error: str  # one line
    traceback: str
    time: int = field(default_factory=now)


@dataclass(frozen=True)
class Changed(Failed):
    """The run found other code or data than it was planned with, as every other run of the plan would."""


@dataclass(frozen=True)
class Killed:
    """The run was told to stop."""

    error: str = "stopped"
    time: int = field(default_factory=now)


@dataclass(frozen=True)
class WorkerLost:
    """The run's process is gone, or had to be ended; `retry` tells whether another try may fare better."""

    error: str
    retry: bool = True
    time: int = field(default_factory=now)


Ending = Finished | Pruned | Failed | Killed | WorkerLost
Event = Started | Resumed | Epoch | Printed | Ending
