"""`nnexp sweep NAME`: a file of sweeps/ as a multirun; `nnexp sweep --like RUN`: a run's settings as one."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nnexp.archive.reader import RunReader
from nnexp.cli.console import out, say, write
from nnexp.cli.taken import take_run
from nnexp.cli.train import train
from nnexp.cli.when_done import FLAG
from nnexp.config.sweeps import read_sweep, sweep_files, sweep_names
from nnexp.errors import ConfigError
from nnexp.escape import in_json
from nnexp.recording.store import open_store
from nnexp.report.tables.formats import pairs
from nnexp.search.terms import SWEEPER
from nnexp.sweep.hydra.overrides import as_overrides, of_launcher, of_sweeper
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

KEPT = ("dataset.name", "dataset.path")  # settings that decide nothing, without which the data are not found


def sweep(
    name: str | None,
    overrides: Sequence[str],
    launch: Mapping[str, Any],
    where: str | None,
    when_done: str | None = None,
    *,
    as_json: bool = False,
) -> None:
    """Run a named sweep, with what its launch was given, where a condition holds; without a name, list them."""
    if name is None:
        _list(as_json=as_json)
        return
    if not overrides and _varies_nothing(read_sweep(name).settings):
        raise ConfigError(
            f"nothing varies in the sweep {name}; write what does below {SWEEPER}params, like seed: 0,1,2"
        )
    _train(["--config-name", name, *overrides], launch, where, when_done, as_json=as_json)


def _varies_nothing(settings: Mapping[str, Any]) -> bool:
    """Tell whether a sweep's file says that what varies is nothing, and not only leaves it to the command line."""
    sweeper = (settings.get("hydra") or {}).get("sweeper") or {}
    return "params" in sweeper and not (sweeper["params"] or sweeper.get("together"))


def _list(*, as_json: bool) -> None:
    """Print each sweep with what its file says of it."""
    if as_json:
        write(in_json([_about(name, file) for name, file in sweep_files().items()]))
        return
    known = []
    for name in sweep_names():
        try:
            known.append((name, read_sweep(name).about))
        except ConfigError as error:
            say(str(error))
    out().print(pairs(known))


def _about(name: str, file: Path) -> dict[str, str | None]:
    try:
        about = {"about": read_sweep(name).about, "error": None}
    except ConfigError as error:
        about = {"about": None, "error": str(error)}
    return {"name": name, "file": str(file), **about}


def sweep_like(
    wanted: str,
    overrides: Sequence[str],
    launch: Mapping[str, Any],
    where: str | None,
    when_done: str | None = None,
    *,
    as_json: bool = False,
) -> None:
    """Sweep over what was typed, with a finished run's settings for all else."""
    if not overrides or "=" not in overrides[0]:
        given = overrides[0] if overrides else "nothing"
        raise ConfigError(f"behind --like RUN must stand what varies, as in eta=0.1,1, but got {given}")
    store = open_store(say)
    settings = _settings(take_run(store, wanted), store)
    typed = {override.partition("=")[0].lstrip("+") for override in overrides}
    kept = {name: [value] for name, value in settings.items() if name not in typed}  # a list of one: no sweep of it
    _train([*as_overrides(kept), *overrides], launch, where, when_done, as_json=as_json)


def _settings(run: Run, store: RunStore) -> dict[str, Any]:
    """Read what a run was trained with, as far as it is not at its default."""
    if run.task != NETWORK.name:
        settings = " ".join(as_overrides({name: [text] for name, text in run.params.items()}))
        raise ConfigError(f"{run.name} is a run of {run.task}, which is typed again: nnexp train -m … {settings}")
    if not run.is_finished:
        raise ConfigError(f"run {run.run_id[:8]} ({run.name}) is {run.fate}; --like begins with a finished one")
    config = RunReader(run.run_id, store).config(SCHEMA)
    defaults = SCHEMA.flat(SCHEMA.parse_config({}))
    kept = [name for name, one in SCHEMA.settings.items() if one.decides or name in KEPT]
    return {name: value for name, value in SCHEMA.flat(config).items() if name in kept and value != defaults[name]}


def _train(
    arguments: Sequence[str], launch: Mapping[str, Any], where: str | None, when_done: str | None, *, as_json: bool
) -> None:
    given = of_launcher(**launch) | of_sweeper(where=where)
    arguments = ["-m", *arguments, *as_overrides(given)]
    say(f"this is: nnexp train {shlex.join(arguments)}")
    unsaid = [] if when_done is None else [FLAG, when_done]  # a URL may hold a secret
    train([*arguments, *unsaid], as_json=as_json)
