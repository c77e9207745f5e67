"""A command of anybody's as a task: an unmodified script, whose output is read and whose exit status decides.

    python train.py --lr {lr} --seed {seed}

A record of it is data: what was run stands in it for a person to read and to type again, and is never run from there.
"""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nnexp.config.schema import Schema
from nnexp.errors import DataError, UnfinishedError
from nnexp.measure import Measure, count
from nnexp.tasks.command.process import Process
from nnexp.tasks.command.program import Program, read_program
from nnexp.tasks.command.results import LOOKED_FOR, Epochs, epochs_in
from nnexp.tasks.command.settings import environment, schema_of
from nnexp.tasks.command.template import FOLDER, Template, fill
from nnexp.tasks.function.task import digest_paths
from nnexp.tasks.opened import Opened
from nnexp.tasks.sources import Sources
from nnexp.tasks.task import Examined, Files, Measured, Result
from nnexp.tasks.untold import Untold


@dataclass(frozen=True)
class CommandTask(Untold):
    """A command typed in a folder, the file that it writes its results to if it does, and what else was said of it."""

    template: Template
    folder: str  # an absolute path
    results: str = ""  # a file, named as in an argument; none: standard output
    told: tuple[str, ...] = ()  # settings that stand in its environment alone
    measures: Sequence[Measure] = ()
    data: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)  # of the environment, besides its settings

    def __reduce__(self) -> tuple[type[CommandTask], tuple[Any, ...]]:
        """Be sent as what was typed: who trains it reads its code anew."""
        return CommandTask, tuple(getattr(self, one.name) for one in fields(self))

    @property
    def name(self) -> str:
        """What it is called: train.py."""
        return self._program.name

    @cached_property
    def schema(self) -> Schema[Any]:
        """What its arguments name, and what it is told besides."""
        return schema_of(dict.fromkeys([*self._named, *self.told]))

    @property
    def sources(self) -> Sources:
        """Its scripts, or its program, and the command as it was typed."""
        return self._program.sources

    def told_also(self, names: Iterable[str]) -> CommandTask:
        """Give the command as it is told settings that its arguments do not name."""
        return replace(self, told=tuple(name for name in names if name not in schema_of(self._named).settings))

    def examine(self, config: Any) -> Examined:
        """Digest its data; what its settings allow, it says itself."""
        shared = self.results and not Template((self.results,)).names and f"{{{FOLDER}}}" not in self.results
        caution = f"every run writes its results to {self.results}: {{{FOLDER}}} is a folder of its own for each"
        data = digest_paths(self.data) if self.data else None
        return Examined(config, self.name, data, cautions=(caution,) if shared else ())

    def code(self) -> str:
        """Digest its sources."""
        return self.sources.digest

    def within(self, variables: Mapping[str, str]) -> CommandTask:
        """Give the command as it runs where the environment says more."""
        return replace(self, variables={**self.variables, **variables})

    def begin(self, config: Any, state: Files | None = None) -> Generator[Measured, None, Result]:  # noqa: ARG002
        """Run it, and give each epoch once the next one begins; stopping it ends whatever it has begun."""
        settings = self.schema.flat(config)
        told = environment(settings)
        with TemporaryDirectory(prefix="nnexp-", ignore_cleanup_errors=True) as scratch:
            values = {**settings, FOLDER: scratch}
            arguments, variables = self.template.filled(values), {**told, "NNEXP_FOLDER": scratch, **self.variables}
            epochs, given = Epochs(settings), 0
            with Process(arguments, variables, self.folder) as process:
                for line in process.lines():
                    if not self.results and (over := epochs.line(line)):
                        yield Measured(over)
                        given += 1
            _check(process)
            rest = self._written(values) if self.results else [epochs.rest()]
            for metrics in filter(None, rest):
                yield Measured(metrics)
                given += 1
        if not given:
            raise DataError(f"it ended with status 0 and gave no result; {self._looked_for}")
        return Result(remarks={"left_behind": count(process.behind, "process")} if process.behind else {})

    @property
    def _named(self) -> list[str]:
        return [*self.template.names, *Template((self.results or "-",)).names]

    @cached_property
    def _program(self) -> Program:
        return read_program(self.template, Path(self.folder), self.results)

    def _written(self, values: Mapping[str, Any]) -> list[dict[str, float]]:
        """Read the file of results; it is not among the files that the run is seen to learn from."""
        with Opened().seen():
            return [*epochs_in(Path(self.folder, fill(self.results, values)))]

    @property
    def _looked_for(self) -> str:
        if self.results:
            return f"{self.results} was looked through for names and numbers"
        return f"looked for was {LOOKED_FOR}; a file that it writes them to is named by --results FILE"


def _check(process: Process) -> None:
    """Refuse a command that did not end well.

    Raises
    ------
    UnfinishedError
        With its last words.
    """
    code = process.code or 0
    if code == 0:
        return
    known = {number.value: number.name for number in signal.Signals}
    how = f"ended with status {code}" if code > 0 else f"was ended by {known.get(-code, f'signal {-code}')}"
    last = f": {process.complaints[-1].strip()}" if process.complaints else ""
    error = UnfinishedError(f"the command {how}{last}")
    if process.complaints:
        error.add_note("\n".join(["its last lines on standard error:", *process.complaints]))
    raise error
