"""`nnexp sweep NAME`: a file of sweeps/ as a multirun."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from nnexp.cli.console import out, say
from nnexp.cli.train import train
from nnexp.config.paths import SWEEPS, USER_SWEEPS, check_sweep_name, sweep_names
from nnexp.sweep.hydra.overrides import as_overrides
from nnexp.sweep.policy import LAUNCHER


def _about(name: str) -> str:
    """Give the first comment of a sweep's file."""
    file = next(folder / f"{name}.yaml" for folder in (USER_SWEEPS, SWEEPS) if (folder / f"{name}.yaml").exists())
    first = file.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
    return first.removeprefix("#").strip() if first.startswith("#") else ""


def sweep(name: str | None, overrides: Sequence[str], flags: Mapping[str, Any]) -> None:
    """Run a named sweep, with the settings of its launch that were given as flags; without a name, list them."""
    if name is None:
        for each in sweep_names():
            out().print(f"{each:<18}{_about(each)}", soft_wrap=True)
        return
    check_sweep_name(name)
    given = {f"{LAUNCHER}{flag}": value for flag, value in flags.items() if value is not None and value is not False}
    arguments = ["-m", "--config-name", name, *overrides, *as_overrides(given)]
    say(f"this is: nnexp train {shlex.join(arguments)}")
    train(arguments)
