"""Which task a command line means: nnexp's network, unless a function is named, here or in the sweep's file.

    nnexp train mine.py:train alpha=1e-3 --metric val/loss --better low --data digits.csv

What is said of a task (`--metric`, `--better`, `--data`) may stand in the file of a sweep as well, beside `task`.
"""

from __future__ import annotations

from argparse import ArgumentError, ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nnexp.config.sweeps import read_sweep, sweep_files
from nnexp.errors import ConfigError
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.locate import is_place, read_place
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.task import Task


def read_task(arguments: Sequence[str]) -> tuple[Task, list[str]]:
    """Find the task that is meant, and give the arguments that are Hydra's.

    Raises
    ------
    ConfigError
        For a function that cannot be imported or cannot be set, and for what is said of no function.
    """
    parser = ArgumentParser(allow_abbrev=False, add_help=False, exit_on_error=False)
    parser.add_argument("--metric")
    parser.add_argument("--better")
    parser.add_argument("--data", action="append")
    parser.add_argument("--config-name")
    try:
        said, rest = parser.parse_known_args(["--config-name" if one == "-cn" else one for one in arguments])
    except ArgumentError as error:
        raise ConfigError(f"{error} (nnexp train --help)") from error
    named = [one for one in rest if is_place(one)]
    if len(named) > 1:
        raise ConfigError(f"one function is trained at a time, but got {' and '.join(named)}")
    sweep = _of_sweep(said.config_name)
    typed = {name: getattr(said, name) for name in ("metric", "better", "data")}
    about = {**sweep, **{name: value for name, value in typed.items() if value is not None}}
    if said.config_name:
        rest = ["--config-name", said.config_name, *rest]
    place = named[0] if named else about.get("task")
    if place is None:
        if any(value is not None for value in typed.values()):
            raise ConfigError("--metric, --better and --data tell of a function: nnexp train mine.py:train --data FILE")
        return NETWORK, rest
    return function_task(read_place(str(place), Path()), about), [one for one in rest if one not in named]


def _of_sweep(name: str | None) -> dict[str, Any]:
    """Give what a sweep's file holds, if it is one."""
    return read_sweep(name).settings if name in sweep_files() else {}
