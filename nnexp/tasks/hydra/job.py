"""One job of an application, as Hydra composed it: its settings in plain values, its folder, and what it comes back as.

What Hydra tells a job of its place and time (`${hydra:runtime.output_dir}`, `${now:%H-%M}`) is not the same tomorrow,
and must not decide: each config is resolved once more elsewhere and at another moment, and what differs is incidental.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, cast

from hydra import version
from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn, JobRuntime, JobStatus, setup_globals
from omegaconf import DictConfig, ListConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from nnexp.tasks.hydra.settings import leaves

HYDRA, MISSING = "hydra", "???"
FILES = ".nnexp"  # where in the job's folder its run has its files
ELSEWHERE = "elsewhere"
ASKED = re.compile(r"\$\{[^}]*:")


@dataclass(frozen=True)
class Job:
    """A job that may be run."""

    number: int
    overrides: tuple[str, ...]
    config: DictConfig  # Hydra's own part included
    folder: Path
    settings: dict[str, Any]
    incidental: frozenset[str]  # the names of those that say where or when it runs
    derived: frozenset[str]  # and of those that are written as other settings alone

    def back(self, status: JobStatus, value: Any, folder: Path | None = None) -> JobReturn:
        """Make what Hydra is given back of the job, as itself would have made it; `folder`: where else it ran."""
        config = copy.deepcopy(self.config)
        with read_write(config.hydra), open_dict(config.hydra):
            config.hydra.runtime.output_dir = os.path.abspath(folder or self.folder)
        with _hydra_is(config):
            known = cast(DictConfig, copy.deepcopy(HydraConfig.instance().cfg))
        chdir = known.hydra.job.chdir
        inside = chdir or (chdir is None and not version.base_at_least("1.2"))
        back = JobReturn(
            overrides=OmegaConf.to_container(config.hydra.overrides.task),  # type: ignore[arg-type]
            cfg=_without_hydra(config),
            hydra_cfg=known,
            working_dir=str(folder or self.folder) if inside else os.getcwd(),
            task_name=JobRuntime.instance().get("name"),
            status=status,
        )
        back.return_value = value
        return back


def make_job(loader: ConfigLoader, master: DictConfig, overrides: Sequence[str], number: int) -> Job:
    """Compose a job, as Hydra's own launcher does."""
    config = loader.load_sweep_config(master, list(overrides))
    with open_dict(config):
        config.hydra.job.id = config.hydra.job.num = number
    with _hydra_is(copy.deepcopy(config)) as here:
        folder = Path(str(OmegaConf.select(here, "hydra.sweep.dir")), str(OmegaConf.select(here, "hydra.sweep.subdir")))
    settings = _settings(config, folder)
    incidental, derived = frozenset[str](), frozenset[str]()
    written: Any = OmegaConf.to_container(_without_hydra(config))
    if "${" in str(written):
        incidental = _incidental(config, settings)
        derived = frozenset(name for name, value in leaves(written) if _is_derived(value))
    return Job(number, tuple(overrides), config, folder, settings, incidental, derived)


def _settings(config: DictConfig, folder: Path) -> dict[str, Any]:
    config = copy.deepcopy(config)
    with open_dict(config):
        config.hydra.runtime.output_dir = os.path.abspath(folder)
    with _hydra_is(config):
        return _plain_mapping(_without_hydra(config))


def _incidental(config: DictConfig, settings: dict[str, Any]) -> frozenset[str]:
    """Name the settings that are others elsewhere and at another moment."""
    other = copy.deepcopy(config)
    OmegaConf.clear_cache(other)
    with open_dict(other):
        other.hydra.job.num, other.hydra.job.id = -1, ELSEWHERE
        other.hydra.sweep.dir = other.hydra.sweep.subdir = other.hydra.run.dir = ELSEWHERE
    with _at_another_moment():
        there = dict(leaves(_settings(other, Path(ELSEWHERE))))
    return frozenset(name for name, value in leaves(settings) if name not in there or there[name] != value)


def _is_derived(written: Any) -> bool:
    """Tell whether a value is made of other settings, and no resolver is asked."""
    return isinstance(written, str) and "${" in written and not ASKED.search(written)


@contextmanager
def _hydra_is(config: DictConfig) -> Iterator[DictConfig]:
    """Have a config be the one that Hydra tells of."""
    before = HydraConfig.instance().cfg
    HydraConfig.instance().set_config(config)
    try:
        yield config
    finally:
        HydraConfig.instance().cfg = before


@contextmanager
def _at_another_moment() -> Iterator[None]:
    OmegaConf.register_new_resolver("now", lambda pattern: f"{ELSEWHERE} {pattern}", replace=True)
    try:
        yield
    finally:
        setup_globals()


def _without_hydra(config: DictConfig) -> DictConfig:
    own = copy.deepcopy(config)
    with read_write(own), open_dict(own):
        del own[HYDRA]
    return own


def _plain_mapping(config: DictConfig) -> dict[str, Any]:
    return {str(name): _plain_item(config, name) for name in config}


def _plain_item(config: DictConfig | ListConfig, name: Any) -> Any:
    """Give an item in JSON's types; one that only whoever reads it would find missing or wrong, as it is written."""
    try:
        return _plain(config[name])
    except MissingMandatoryValue:
        return MISSING
    except OmegaConfBaseException:
        return str(OmegaConf.to_container(config, resolve=False)[name])  # type: ignore[index]


def _plain(value: Any) -> Any:
    match value:
        case DictConfig():
            return _plain_mapping(value)
        case ListConfig():
            return [_plain_item(value, index) for index in range(len(value))]
        case Enum():
            return value.name
        case bytes():
            return value.hex()
        case bool() | int() | float() | str() | None:
            return value
        case _:
            return str(value)  # a path
