"""What a sweep is going to run: every run checked, keyed and named, before any is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nnexp.config.build import settings
from nnexp.config.schema import Config, flatten
from nnexp.training.key import sweep_key
from nnexp.training.spec import Prepared, prepare


@dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep, and the folder that it will have."""

    number: int
    prepared: Prepared
    folder: Path

    @property
    def key(self) -> str:
        """The run's key."""
        return self.prepared.key

    @property
    def name(self) -> str:
        """The run's name."""
        return self.prepared.name


@dataclass(frozen=True)
class Plan:
    """The runs of a sweep, each key once, in the order given."""

    name: str
    runs: tuple[PlannedRun, ...]
    varies: tuple[str, ...]

    @cached_property
    def key(self) -> str:
        """The sweep's key."""
        return sweep_key(run.key for run in self.runs)


def make_plan(name: str, jobs: Sequence[tuple[int, Config, Path]]) -> Plan:
    """Plan numbered configs, each with its folder.

    Raises
    ------
    ConfigError, DataError
        If any of them cannot run; then none does.
    """
    flat = [flatten(settings(config)) for _, config, _ in jobs]
    varies = [setting for setting in (flat[0] if flat else {}) if any(f[setting] != flat[0][setting] for f in flat)]
    runs: dict[str, PlannedRun] = {}
    for (number, config, folder), values in zip(jobs, flat, strict=True):
        prepared = prepare(config, {setting: values[setting] for setting in varies})
        runs.setdefault(prepared.key, PlannedRun(number, prepared, folder))
    return Plan(name, tuple(runs.values()), tuple(varies))
