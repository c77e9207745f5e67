"""A Hydra application as a task: what its function returns is its result, what it logs are its epochs.

The task of a plan knows the settings of all its jobs; that of a run has its job besides, without which nothing is run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from nnexp.config.value import parse_value
from nnexp.errors import DataError
from nnexp.measure import Measure
from nnexp.tasks.function.results import as_metrics, as_number
from nnexp.tasks.hydra.function import Function
from nnexp.tasks.hydra.job import Job
from nnexp.tasks.hydra.settings import Composed, Leaves, leaves
from nnexp.tasks.logged import epochs_of
from nnexp.tasks.packed import pack
from nnexp.tasks.sources import Sources, read_sources
from nnexp.tasks.task import Examined, Files, Measured, Result
from nnexp.tasks.untold import Untold

RETURNED = "returned"  # the remark that keeps what was returned, if that was numbers
LONGEST = 500  # characters of a remark


@dataclass(frozen=True)
class Application(Untold):
    """The function of an application and its settings; of a run, the job too."""

    function: Function
    schema: Leaves
    job: bytes = b""
    measures: Sequence[Measure] = ()

    @property
    def name(self) -> str:
        """What the application is called: FILE.py:function or module:function."""
        return self.function.name

    @property
    def sources(self) -> Sources:
        """Its code, as this process has it."""
        return _sources(self.function.file, self.function.root)

    def of(self, job: Job) -> Application:
        """Give the task that runs one job."""
        return replace(self, job=pack(job.config))

    def examine(self, config: Composed) -> Examined:
        """Take any config: only the application knows what it means."""
        return Examined(config, self.function.file.stem, told=self.schema.not_telling)

    def code(self) -> str:
        """Digest the text of its module and what belongs to it, and what the function holds besides."""
        digest, bound = self.sources.digest, self.function.bound
        return hashlib.sha256(f"{digest}\n{bound}".encode()).hexdigest() if bound else digest

    def begin(self, config: Composed, state: Files | None = None) -> Generator[Measured, None, Result]:  # noqa: ARG002
        """Run the job; one that never logs is one epoch, with its result."""
        try:
            returned, epochs = yield from epochs_of(partial(self.function, self.job))
        except SystemExit as exit_:
            raise DataError(f"{self.name} called sys.exit({exit_.code!r})") from exit_
        metrics = metrics_of(returned)
        if metrics and not epochs:
            yield Measured(metrics)
            metrics = {}
        return Result(metrics=metrics, remarks=_remark(returned), returned=_sent(returned))


def application(function: Function, jobs: Iterable[Job]) -> Application:
    """Make the task of some jobs."""
    known = list(jobs)
    names = [name for job in known for name, _ in leaves(job.settings)]
    incidental = {name for job in known for name in job.incidental}
    own = {name for job in known for name, _ in leaves(job.settings) if name not in job.derived}
    return Application(function, Leaves(names, incidental, {*names} - own))


def metrics_of(returned: Any) -> dict[str, float]:
    """Give the metrics that a returned value is: a number, or a mapping of numbers; others are none."""
    try:
        return as_metrics(returned, "it returned")
    except DataError:
        return {}


def returned_by(remark: str | None) -> Any:
    """Give what a finished run returned, by what its record says; None where that were no numbers."""
    found = parse_value(remark or "null")
    return found if metrics_of(found) else None


def _remark(returned: Any) -> dict[str, str]:
    if not metrics_of(returned):
        return {}
    number = returned if isinstance(returned, int) else as_number(returned)
    text = json.dumps(metrics_of(returned) if number is None else number)
    return {RETURNED: text} if len(text) <= LONGEST else {}


def _sent(returned: Any) -> bytes:
    """Pack what was returned for whoever launched the job; what cannot be sent is None to them."""
    try:
        return pack(returned)
    except Exception:  # whatever an object raises that will not be pickled
        return b""


@lru_cache(maxsize=1)
def _sources(file: Path, root: Path) -> Sources:
    return read_sources(file, root)
