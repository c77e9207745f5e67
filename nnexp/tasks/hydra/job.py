"""One job of an application, as Hydra composed it: its settings in plain values, its folder, and what it comes back as.

What Hydra tells a job of its place and time (`${hydra:runtime.output_dir}`, `${now:%H-%M}`) is not the same tomorrow,
and must not decide: each config is resolved once more elsewhere and at another moment, and what differs is incidental.
"""

from __future__ import annotations

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
from nnexp.tasks.packed import pack, unpack

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
        config = _copied(self.config)
        _runs_in(config, folder or self.folder)
        with _hydra_is(config):
            HydraConfig.instance().set_config(config)
            known = cast(DictConfig, HydraConfig.instance().cfg)
        chdir = known.hydra.job.chdir
        inside = chdir or (chdir is None and not version.base_at_least("1.2"))
        own = _copied(self.config)
        with read_write(own), open_dict(own):
            del own[HYDRA]
        back = JobReturn(
            overrides=OmegaConf.to_container(config.hydra.overrides.task),  # type: ignore[arg-type]
            cfg=own,
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
    with _hydra_is(config):
        folder = Path(str(config.hydra.sweep.dir), str(config.hydra.sweep.subdir))
        _runs_in(config, folder)
        settings = _settings(config)
    written: Any = OmegaConf.to_container(config)
    own = [(name, value) for name, value in leaves(written) if not name.startswith(f"{HYDRA}.")]
    incidental = _incidental(config, settings) if any("${" in str(value) for _, value in own) else frozenset()
    derived = frozenset(name for name, value in own if _is_derived(value))
    return Job(number, tuple(overrides), config, folder, settings, incidental, derived)


def _settings(config: DictConfig) -> dict[str, Any]:
    return {str(name): _plain_item(config, name) for name in config if name != HYDRA}


def _incidental(config: DictConfig, settings: dict[str, Any]) -> frozenset[str]:
    """Name the settings that are others elsewhere and at another moment."""
    other = _copied(config)
    OmegaConf.clear_cache(other)
    with open_dict(other):
        other.hydra.job.num, other.hydra.job.id = -1, ELSEWHERE
        other.hydra.sweep.dir = other.hydra.sweep.subdir = other.hydra.run.dir = ELSEWHERE
    _runs_in(other, Path(ELSEWHERE))
    with _hydra_is(other), _at_another_moment():
        there = dict(leaves(_settings(other)))
    return frozenset(name for name, value in leaves(settings) if name not in there or there[name] != value)


def _runs_in(config: DictConfig, folder: Path) -> None:
    with read_write(config.hydra), open_dict(config.hydra):
        config.hydra.runtime.output_dir = os.path.abspath(folder)


def _copied(config: DictConfig) -> DictConfig:
    """Copy a config in a tenth of the time that `copy` takes."""
    copy: DictConfig = unpack(pack(config))
    return copy


def _is_derived(written: Any) -> bool:
    """Tell whether a value is made of other settings, and no resolver is asked."""
    return isinstance(written, str) and "${" in written and not ASKED.search(written)


@contextmanager
def _hydra_is(config: DictConfig) -> Iterator[None]:
    """Have a config be the one that Hydra tells of; `set_config` would copy it first."""
    before = HydraConfig.instance().cfg
    HydraConfig.instance().cfg = cast(Any, config)
    try:
        yield
    finally:
        HydraConfig.instance().cfg = before


@contextmanager
def _at_another_moment() -> Iterator[None]:
    OmegaConf.register_new_resolver("now", lambda pattern: f"{ELSEWHERE} {pattern}", replace=True)
    try:
        yield
    finally:
        setup_globals()


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
            return {str(name): _plain_item(value, name) for name in value}
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
