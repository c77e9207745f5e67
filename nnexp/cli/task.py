"""Which task a command line means: nnexp's network, unless a function is named, or a command stands behind `--`.

    nnexp train mine.py:train alpha=1e-3 --metric val/loss --better low --data digits.csv
    nnexp train lr=0.1 --results '{folder}/metrics.csv' -- python train.py --lr {lr} --out {folder}/metrics.csv

Either may stand in the file of a sweep as well, as `task` or `command`, and what is said of it beside it.
"""

from __future__ import annotations

import re
from argparse import ArgumentError, ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nnexp.config.sweeps import read_sweep, sweep_files
from nnexp.errors import ConfigError
from nnexp.tasks.command.about import command_task
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.locate import is_place, read_place
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.task import Task

SAID = "--metric, --better, --data and --results"
ADDED = re.compile(r"\+\+?((?!hydra[./])[\w.]+)=")  # a setting that is only told to a command


def read_task(arguments: Sequence[str], command: Sequence[str] | None = None) -> tuple[Task, list[str]]:
    """Find the task that is meant, and give the arguments that are Hydra's.

    Raises
    ------
    ConfigError
        For a function that cannot be imported or cannot be set, a command that cannot be run, and for what is said of
        neither.
    """
    parser = ArgumentParser(allow_abbrev=False, add_help=False, exit_on_error=False)
    parser.add_argument("--metric")
    parser.add_argument("--better")
    parser.add_argument("--data", action="append")
    parser.add_argument("--results")
    parser.add_argument("--config-name")
    try:
        said, rest = parser.parse_known_args(["--config-name" if one == "-cn" else one for one in arguments])
    except ArgumentError as error:
        raise ConfigError(f"{error} (nnexp train --help)") from error
    named = [one for one in rest if is_place(one)]
    if len(named) > 1:
        raise ConfigError(f"one function is trained at a time, but got {' and '.join(named)}")
    sweep = _of_sweep(said.config_name)
    typed = {name: getattr(said, name) for name in ("metric", "better", "data", "results")}
    about = {**sweep, **{name: value for name, value in typed.items() if value is not None}}
    if said.config_name:
        rest = ["--config-name", said.config_name, *rest]
    meant = {**({"task": named[0]} if named else {}), **({} if command is None else {"command": command})}
    meant = meant or {name: sweep[name] for name in ("task", "command") if sweep.get(name) is not None}
    if len(meant) > 1:
        raise ConfigError("a function and a command are two tasks; name one of them")
    if "command" in meant:
        added = [found[1] for one in (*rest, *_swept(sweep)) if (found := ADDED.match(one))]
        return command_task({**about, **meant}, added), [ADDED.sub(r"\1=", one) for one in rest]
    if "task" in meant:
        return _function(str(meant["task"]), about, typed["results"]), [one for one in rest if one not in named]
    if any(value is not None for value in typed.values()):
        raise ConfigError(f"{SAID} tell of a function or a command: nnexp train mine.py:train --data FILE")
    return NETWORK, rest


def _function(place: str, about: Mapping[str, Any], results: str | None) -> Task:
    if results is not None:
        raise ConfigError("--results names the file that a command writes its results to; a function yields them")
    return function_task(read_place(place, Path()), about)


def task_typed(place: str | None, command: Sequence[str] | None, results: str | None) -> Task | None:
    """Find the task that was typed for runs of a record to be trained by, if one was.

    Raises
    ------
    ConfigError
        As for `read_task`.
    """
    if command is not None:
        return command_task({"command": command, "results": results})
    return function_task(read_place(place, Path()), {}) if place else None


def _swept(sweep: Mapping[str, Any]) -> list[str]:
    """Give what a sweep's file varies, as it would be typed."""
    params: Any = sweep
    for name in ("hydra", "sweeper", "params"):
        params = params.get(name) if isinstance(params, dict) else None
    return [f"{name}=" for name in params] if isinstance(params, dict) else []


def _of_sweep(name: str | None) -> dict[str, Any]:
    """Give what a sweep's file holds, if it is one."""
    return read_sweep(name).settings if name in sweep_files() else {}
