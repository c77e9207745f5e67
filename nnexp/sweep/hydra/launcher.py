"""What happens when Hydra hands a multirun over: its jobs become a plan, and whoever called Hydra runs it.

The shim that Hydra itself imports is shim.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import TaskFunction
from omegaconf import DictConfig, ListConfig, OmegaConf

from nnexp.config.value import format_value
from nnexp.errors import ConfigError
from nnexp.sweep.hydra.app import PLAIN, HydraApp, refuse_unused
from nnexp.sweep.hydra.compose import Composer
from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import POLICY


def launch(
    settings: Mapping[str, Any],
    master: DictConfig,
    loader: ConfigLoader,
    app: TaskFunction | HydraApp,
    job_overrides: Sequence[Sequence[str]],
    first: int,
) -> list[JobReturn]:
    """Plan all jobs, check them all, and have them run."""
    if not isinstance(app, HydraApp):
        raise TypeError("hydra/launcher=pool runs nnexp's own task; other Hydra applications need another launcher")
    app.folders.append(Path(str(OmegaConf.select(master, "hydra.sweep.dir"))))
    refuse_unused(master.hydra)
    _refuse_lists(master.hydra.sweeper)
    policy = POLICY.parse_config(settings)
    schema = app.task.schema
    composer = Composer(loader, master, schema)
    jobs = [
        (number, schema.parse_config(settings), folder)
        for number, overrides in enumerate(job_overrides, first)
        for settings, folder in [composer.job(overrides, number)]
    ]
    plan = make_plan(name_of(master), app.task, jobs)
    values = app.sweep(plan, policy)
    reached = {run.number: values.get(run.key) for run in plan.runs}
    return [_job_return(overrides, reached.get(number)) for number, overrides in enumerate(job_overrides, first)]


def _refuse_lists(sweeper: DictConfig) -> None:
    """Refuse a list of YAML's where what varies is set: Hydra takes it for one value, and a person for several."""
    params = sweeper.get("params") if str(sweeper.get("_target_", "")).endswith("GridSweeper") else None
    for name, value in (params or {}).items():
        if isinstance(value, ListConfig):
            one, several = format_value(OmegaConf.to_container(value)), ",".join(map(str, value))
            either = f"write {name}: {several} for one after the other, or {name}: '{one}' for one value"
            raise ConfigError(f"hydra.sweeper.params.{name} must be written as it is typed, but got a list; {either}")


def name_of(master: DictConfig) -> str:
    """Name a sweep by its file."""
    name = str(OmegaConf.select(master, "hydra.job.config_name"))
    return "multirun" if name == PLAIN else name


def _job_return(overrides: Sequence[str], value: float | None) -> JobReturn:
    returned = JobReturn(overrides=list(overrides), status=JobStatus.COMPLETED)
    returned.return_value = value
    return returned
