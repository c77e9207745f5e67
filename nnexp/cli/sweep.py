"""`nnexp sweep NAME`: a file of sweeps/ as a multirun."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from nnexp.cli.console import out, say
from nnexp.cli.train import train
from nnexp.config.sweeps import read_sweep, sweep_names
from nnexp.errors import ConfigError
from nnexp.sweep.hydra.overrides import as_overrides, of_launcher, of_sweeper


def sweep(name: str | None, overrides: Sequence[str], launch: Mapping[str, Any], where: str | None) -> None:
    """Run a named sweep, with what its launch was given, where a condition holds; without a name, list them."""
    if name is None:
        for each in sweep_names():
            try:
                out().print(f"{each:<18}{read_sweep(each).about}", soft_wrap=True)
            except ConfigError as error:
                say(str(error))
        return
    read_sweep(name)
    given = of_launcher(**launch) | of_sweeper(where=where)
    arguments = ["-m", "--config-name", name, *overrides, *as_overrides(given)]
    say(f"this is: nnexp train {shlex.join(arguments)}")
    train(arguments)
