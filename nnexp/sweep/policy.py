"""What a launch is allowed to do. Plain settings, checked once; they come from the command line by way of Hydra."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnexp.config.checks import flag, number, optional, refuse, taking, whole
from nnexp.config.schema import Schema
from nnexp.config.setting import setting
from nnexp.errors import ConfigError

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@taking("a duration above 0 like 90, 90s, 10m or 2h")
def _duration(name: str, value: Any) -> float | str:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not seconds(value):
        raise refuse(name, "a duration above 0 like 90, 90s, 10m or 2h", value)
    return value


@taking("a part of the runs above 0 and up to 1, like 0.1")
def _part(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise refuse(name, "a part of the runs above 0 and up to 1, like 0.1", value)
    return value


@dataclass(frozen=True)
class Policy:
    """How a sweep is launched. Durations are given as 90, 90s, 10m or 2h."""

    jobs: int | None = setting(None, optional(whole(1)), "runs at once; null: one a core", example="4")
    retries: int = setting(
        0, whole(0), "more tries for a run that failed; one whose worker was lost has one anyway", example="2"
    )
    fail_fast: bool = setting(False, flag, "start nothing more after the first failure")
    max_failures: int | None = setting(
        None, optional(whole(1)), "start nothing more after so many failures", example="3"
    )
    timeout: float | str | None = setting(None, optional(_duration), "the longest a run may take", example="10m")
    budget: float | str | None = setting(None, optional(_duration), "start no run that would pass it", example="2h")
    fresh: bool = setting(False, flag, "train again what is finished")
    dry_run: bool = setting(False, flag, "print the plan and stop")
    until_decided: bool = setting(False, flag, "add seeds where they decide, up to 20, in place of the sweep's own")
    worthwhile: float | None = setting(
        None,
        optional(number(at_least=0)),
        "points that matter to until_decided and the answer; null: of an accuracy, 0.2",
        example="0.5",
    )
    verify: float | None = setting(
        None, optional(_part), "then rerun this part of the runs and compare their bits", example="0.1"
    )

    @property
    def slots(self) -> int:
        """How many runs go on at once."""
        return self.jobs or len(os.sched_getaffinity(0))

    @property
    def timeout_s(self) -> float | None:
        """The longest a run may take, in seconds."""
        return seconds(self.timeout)

    @property
    def budget_s(self) -> float | None:
        """The longest the sweep may take, in seconds."""
        return seconds(self.budget)

    @property
    def failures_allowed(self) -> int | None:
        """After how many failures nothing more is started."""
        return 1 if self.fail_fast else self.max_failures


@taking("HOST:PORT of a Ray cluster")
def _address(name: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^/\s]+:\d+", value):
        raise refuse(name, "HOST:PORT of a Ray cluster that this machine is part of, as `ray start` says it", value)
    return value


@dataclass(frozen=True)
class RayPolicy(Policy):
    """How a sweep is launched on a Ray cluster; `jobs` is null for as many as it has CPUs for."""

    address: str | None = setting(
        None, optional(_address), "HOST:PORT of a Ray cluster; null: one of this machine", example="10.0.0.1:6379"
    )
    cpus: int = setting(1, whole(1), "CPUs that Ray keeps for a run", example="2")


LAUNCHER = "hydra.launcher."
FRESH = f"{LAUNCHER}fresh=true"
POLICY = Schema(Policy, prefix=LAUNCHER)
RAY_POLICY = Schema(RayPolicy, prefix=LAUNCHER)
LAUNCHERS: Mapping[str, Schema[Any]] = {  # by what hydra/launcher calls them
    "pool": POLICY,
    "ray": RAY_POLICY,
    "nnexp": POLICY,  # as any other application knows it
}


def unknown_to_launcher(name: str) -> ConfigError:
    """Say that a launcher has no such setting."""
    if name in RAY_POLICY.settings:
        return ConfigError(f"{LAUNCHER}{name} is a setting of hydra/launcher=ray, which must be given too")
    return RAY_POLICY.unknown_setting(name)


def seconds(value: float | str | None) -> float | None:
    """Read a duration; None for what is none."""
    found = re.fullmatch(r"(\d+(?:\.\d*)?)\s*([smhd]?)", str(value).strip())
    return float(found[1]) * UNITS[found[2]] if found else None
