"""The jobs of nnexp's own sweeper: a grid, crossed with settings that belong together; and what leaves jobs out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.override_parser.types import ChoiceSweep, Glob, Override
from omegaconf import DictConfig, ListConfig, OmegaConf

from nnexp.config.condition import Condition, read_condition
from nnexp.config.schema import Schema, flatten
from nnexp.config.value import format_value, meant
from nnexp.errors import ConfigError
from nnexp.search.terms import SWEEPER
from nnexp.sweep.hydra.overrides import as_overrides

EXAMPLE = "[{eta: 3.0, batch_size: 10}, {eta: 0.5, batch_size: 50}]"


def crossed(together: Any, grid: Sequence[Sequence[str]]) -> list[list[str]]:
    """Cross the jobs of a grid with entries of settings that belong together; the grid varies fastest.

    What an entry does not name stays for it as it is.

    Raises
    ------
    ConfigError
        For entries that are none, or that set what the grid sets too.
    """
    entries = [_settings(entry) for entry in _listed(together)] or [{}]
    typed = {_name(override): override for job in grid for override in job}
    for name in dict.fromkeys(name for entry in entries for name in entry):
        if name in typed:
            raise ConfigError(
                f"{name} is set in {SWEEPER}together, and again by {typed[name]}; leave it out of one of them"
            )
    alternatives = [as_overrides({name: [value] for name, value in entry.items()}) for entry in entries]
    return [[*job, *alternative] for alternative in alternatives for job in grid]


def conditions(sweeper: DictConfig, schema: Schema[Any]) -> list[Condition]:
    """Read what must hold of every job: one condition, or several."""
    where = _plain(sweeper.get("where")) if is_ours(sweeper) else None
    several = where if isinstance(where, list) else [] if where is None else [where]
    for each in several:
        if not isinstance(each, str):
            raise ConfigError(
                f"{SWEEPER}where must be a condition like hidden < 100, or a list of them, but got {format_value(each)}"
            )
    return [read_condition(each, schema) for each in several]


def typed_params(params: Any) -> list[str]:
    """Give what varies as it would be typed.

    Raises
    ------
    ConfigError
        If it is no mapping.
    """
    if params is not None and not isinstance(params, Mapping | DictConfig):
        raise ConfigError(f"{SWEEPER}params must be settings with their values like hidden: 30,60, but got {params}")
    return [f"{name}={value}" for name, value in (params or {}).items()]


def refuse_nothing(overrides: Sequence[Override]) -> None:
    """Refuse what stands for no value, of which there would be no run.

    Raises
    ------
    ConfigError
        For the first that does.
    """
    for override in overrides:
        if not override.is_discrete_sweep() or isinstance(override.value(), ChoiceSweep):
            continue
        name, _, typed = str(override.input_line).partition("=")
        try:
            first = next(override.sweep_iterator(), None)
        except ValueError as error:
            raise ConfigError(f"{name}={typed} holds no values: {error}") from error
        if first is not None:
            continue
        if not isinstance(override.value(), Glob):
            raise ConfigError(f"{name}={typed} holds no values; write '{name}=range(5)', or {name}=1,2,3")
        files = override.config_loader.get_group_options(override.key_or_group) if override.config_loader else []
        if files:
            raise ConfigError(f"{name}={typed} fits none of {', '.join(files)}")
        raise ConfigError(
            f"glob goes over the files of a group, as in experiment=glob(*), and {name} is none; write its "
            f"values with commas between them"
        )


def refuse_lists(sweeper: DictConfig) -> None:
    """Refuse a list of YAML's where what varies is set: Hydra takes it for one value, and a person for several.

    So is nothing at all.
    """
    params = sweeper.get("params") if is_ours(sweeper) else None
    for name, value in (params or {}).items():
        if value is None or value == "":
            raise ConfigError(f"{SWEEPER}params.{name} holds no values; write {name}: 1,2,3")
        if isinstance(value, ListConfig):
            one, several = format_value(OmegaConf.to_container(value)), ",".join(map(str, value))
            either = f"write {name}: {several} for one after the other, or {name}: '{one}' for one value"
            raise ConfigError(f"{SWEEPER}params.{name} must be written as it is typed, but got a list; {either}")


def is_ours(sweeper: DictConfig) -> bool:
    """Tell whether it is one of nnexp's own sweepers: what another's settings mean is not known here."""
    return str(sweeper.get("_target_", "")).endswith(("GridSweeper", "SearchSweeper"))


def _listed(together: Any) -> list[Any]:
    entries = _plain(together)
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        got = format_value(entries)
        raise ConfigError(f"{SWEEPER}together must be a list of settings like {EXAMPLE}, but got {got}")
    return entries


def _settings(entry: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in flatten(meant(entry)).items()}


def _name(override: str) -> str:
    return override.partition("=")[0].lstrip("+~")


def _plain(value: Any) -> Any:
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value
