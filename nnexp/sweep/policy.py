"""What a launch is allowed to do. Plain settings, checked once; they come from `hydra.launcher`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

from nnexp.errors import ConfigError

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True)
class Policy:
    """How a sweep is launched. Durations are given as 90, 90s, 10m or 2h."""

    jobs: int | None = None  # runs at once; None: one a core
    retries: int = 0  # more tries for a run that failed; one whose worker vanished has one more in any case
    fail_fast: bool = False  # start nothing more after the first failure
    max_failures: int | None = None  # start nothing more after so many
    timeout: float | str | None = None  # the longest a run may take
    budget: float | str | None = None  # start no run that would pass it
    fresh: bool = False  # train again what is finished
    dry_run: bool = False  # print the plan and stop
    verify: float | None = None  # afterwards, rerun this part of the runs (0.1: a tenth) and compare their bits

    @property
    def slots(self) -> int:
        """How many runs go on at once."""
        return self.jobs or len(os.sched_getaffinity(0))

    @property
    def timeout_s(self) -> float | None:
        """The longest a run may take, in seconds."""
        return seconds("timeout", self.timeout)

    @property
    def budget_s(self) -> float | None:
        """The longest the sweep may take, in seconds."""
        return seconds("budget", self.budget)

    @property
    def failures_allowed(self) -> int | None:
        """After how many failures nothing more is started."""
        return 1 if self.fail_fast else self.max_failures


def build_policy(settings: Mapping[str, Any]) -> Policy:
    """Check the launcher's settings.

    Raises
    ------
    ConfigError
        For a setting that does not exist or cannot be used.
    """
    known = {field.name: field for field in fields(Policy)}
    for name, value in settings.items():
        if name not in known:
            raise unknown_policy(name)
        _check(name, value)
    policy = Policy(**settings)
    _ = policy.timeout_s, policy.budget_s
    return policy


def unknown_policy(name: str) -> ConfigError:
    """Say that the launcher has no such setting, and which one may have been meant."""
    known = [field.name for field in fields(Policy)]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
    return ConfigError(f"hydra.launcher has no setting {name}; {hint}")


def seconds(name: str, value: float | str | None) -> float | None:
    """Read a duration.

    Raises
    ------
    ConfigError
        If it is none.
    """
    if value is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d*)?)\s*([smhd]?)", str(value).strip())
    if not found or float(found[1]) == 0:
        raise ConfigError(f"{name} must be a duration above 0 like 90, 90s, 10m or 2h, but got {value!r}")
    return float(found[1]) * UNITS[found[2]]


def _check(name: str, value: Any) -> None:
    if value is None and name in ("jobs", "max_failures"):
        return
    least = {"jobs": 1, "retries": 0, "max_failures": 1}
    if name in least and (type(value) is not int or value < least[name]):
        raise ConfigError(f"{name} must be a whole number of at least {least[name]}, but got {value!r}")
    is_part = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1
    if name == "verify" and value is not None and not is_part:
        raise ConfigError(f"verify must be a part of the runs above 0 and up to 1, like 0.1, but got {value!r}")
    if name in ("fail_fast", "fresh", "dry_run") and not isinstance(value, bool):
        raise ConfigError(f"{name} must be true or false, but got {value!r}")
