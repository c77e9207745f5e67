"""What a sweep is going to run: every run checked, keyed and named, before any is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nnexp.measure import count
from nnexp.sweep.search.search import Search
from nnexp.tasks.task import Task
from nnexp.training.key import sweep_key
from nnexp.training.spec import RunSpec, make_spec

Job = tuple[int, Any, Path]  # a number, a config and a folder


@dataclass(frozen=True)
class Plan:
    """The runs of a sweep, each key once, in the order given."""

    name: str
    runs: tuple[RunSpec, ...]
    varies: tuple[str, ...]
    remarks: tuple[str, ...] = ()  # on jobs that are none of its runs: why they are not
    search: Search | None = None  # what asks for its runs as it goes: there are none yet
    asked: str = ""  # the key, where these are a part of the sweep: what was asked for, of which more may come

    @cached_property
    def key(self) -> str:
        """The sweep's key."""
        return self.search.key if self.search else self.asked or sweep_key(run.key for run in self.runs)


def make_plan(name: str, task: Task, jobs: Sequence[Job], remarks: Sequence[str] = ()) -> Plan:
    """Plan numbered configs, each with its folder; `remarks` tell of jobs that were left out before.

    Raises
    ------
    ConfigError, DataError
        If any of them cannot run; then none does.
    """
    flat = [task.schema.flat(config) for _, config, _ in jobs]
    varies = [setting for setting in (flat[0] if flat else {}) if any(f[setting] != flat[0][setting] for f in flat)]
    runs: dict[str, RunSpec] = {}
    for (number, config, folder), values in zip(jobs, flat, strict=True):
        chosen = {setting: values[setting] for setting in varies}
        spec = make_spec(task, config, chosen, number=number, folder=folder)
        runs.setdefault(spec.key, spec)
    idle = [setting for setting in varies if not task.schema.settings[setting].decides]
    alike = [_alike(len(jobs), len(runs), idle)] if len(runs) < len(jobs) else []
    return Plan(name, tuple(runs.values()), tuple(varies), (*remarks, *alike))


def _alike(jobs: int, runs: int, idle: Sequence[str]) -> str:
    why = f"; what {', '.join(idle)} is set to decides nothing of what is trained" if idle else ""
    return f"{jobs} jobs are {count(runs, 'run')}: the others would train the same{why}"
