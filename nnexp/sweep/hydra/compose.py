"""From a job's overrides to its config, without asking Hydra to compose what it has composed already.

Composing costs Hydra about a tenth of a second a job. Where a job's overrides only set plain values, the config is
composed once and the values are set; anything else (a group, an addition, a deletion, an interpolation) is left to
Hydra. tests/sweep/hydra/test_compose.py holds both ways equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from nnexp.config.schema import Schema
from nnexp.sweep.hydra.settings import settings_of

SAME_FOR_ALL = re.compile(r"([^$]|\$\{now:[^${}]*\})*")  # of a folder's name: `now` is asked once a command
NUMBER = "${hydra.job.num}"


class Composer:
    """Composes the jobs of one multirun."""

    def __init__(self, loader: ConfigLoader, master: DictConfig, schema: Schema[Any]) -> None:
        self._loader = loader
        self._schema = schema
        self._master = master
        self._parser = OverridesParser.create(config_loader=loader)
        self._parse = lru_cache(maxsize=None)(self._parse_one)
        self._is_group = lru_cache(maxsize=None)(self._names_a_group)
        self._base = lru_cache(maxsize=None)(self._compose)
        self._within: dict[str, Path] = {}  # the folders that hold for every job, by how they are written

    def job(self, overrides: Sequence[str], number: int) -> tuple[dict[str, Any], Path]:
        """Give a job's settings as a nested mapping, everything resolved, and its folder, as `hydra.sweep` names it."""
        job = self._job(overrides)
        settings = settings_of(job, self._schema)
        written = OmegaConf.to_container(job.hydra.sweep)
        assert isinstance(written, dict)
        within = str(written["dir"])
        if SAME_FOR_ALL.fullmatch(within) and written["subdir"] == NUMBER:  # as it is unless somebody set it
            if within not in self._within:
                self._within[within] = Path(str(job.hydra.sweep.dir))
            return settings, self._within[within] / str(number)
        return settings, self._folder(job, overrides, number)

    def _folder(self, job: DictConfig, overrides: Sequence[str], number: int) -> Path:
        with read_write(job), open_dict(job), read_write(job.hydra.job):
            job.hydra.job.num, job.hydra.job.id = number, str(number)
            job.hydra.job.override_dirname = ",".join(overrides)
        HydraConfig.instance().cfg = cast(Any, job)  # set_config would copy it for every job
        return Path(str(OmegaConf.select(job, "hydra.sweep.dir"))) / str(OmegaConf.select(job, "hydra.sweep.subdir"))

    def _job(self, overrides: Sequence[str]) -> DictConfig:
        parsed = [self._parse(override) for override in overrides]
        plain = [setting for _, setting in parsed if setting is not None]
        job = self._base(tuple(text for text, setting in parsed if setting is None), tuple(name for name, _ in plain))
        for name, value in plain:
            self._set(job, name, value)
        return job

    def _compose(self, overrides: tuple[str, ...], plain: tuple[str, ...]) -> DictConfig:  # noqa: ARG002
        """Compose a config for all jobs that set the same plain values: each job sets every one of them again."""
        return self._loader.load_sweep_config(self._master, list(overrides))

    def _parse_one(self, text: str) -> tuple[str, tuple[str, Any] | None]:
        override = self._parser.parse_override(text)
        return text, (override.key_or_group, override.value()) if self._is_plain(override) else None

    def _set(self, job: DictConfig, name: str, value: Any) -> None:
        *path, last = name.split(".")
        node: Any = job
        for step in path:
            node = node.get(step) if step in node else None
        if not isinstance(node, DictConfig) or last not in node.keys():  # noqa: SIM118  # which has what must be given
            raise self._schema.unknown_setting(name)
        node[last] = value

    def _is_plain(self, override: Override) -> bool:
        key = override.key_or_group
        return (
            override.type is OverrideType.CHANGE
            and override.package is None
            and not key.startswith("hydra.")
            and not self._is_group(key)
            and "${" not in str(override.value())
            and not isinstance(override.value(), Mapping)
        )

    def _names_a_group(self, key: str) -> bool:
        return bool(self._loader.get_group_options(key.replace(".", "/")))
