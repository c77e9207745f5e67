"""What happens when Hydra hands a multirun over: plan, ledger, launch, record.

This is where Hydra's jobs become nnexp's runs; the shim that Hydra itself imports is hydra_shim.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import TaskFunction
from omegaconf import DictConfig, OmegaConf

from nnexp.config.build import build
from nnexp.sweep.hydra.compose import Composer
from nnexp.sweep.plan import Plan, make_plan
from nnexp.sweep.policy import Policy, build_policy

PLAIN = "config"  # the name of the config of a multirun that is no named sweep


@runtime_checkable
class SweepTask(Protocol):
    """A task function that wants whole sweeps: nnexp's own command line passes one to Hydra."""

    def sweep(self, plan: Plan, policy: Policy) -> Mapping[str, float]:
        """Run a plan; give the final accuracy of each finished key."""
        ...


def launch(
    settings: Mapping[str, Any],
    master: DictConfig,
    loader: ConfigLoader,
    task: TaskFunction | SweepTask,
    job_overrides: Sequence[Sequence[str]],
    first: int,
) -> list[JobReturn]:
    """Plan all jobs, check them all, and have them run."""
    if not isinstance(task, SweepTask):
        raise TypeError("hydra/launcher=pool runs nnexp's own task; other Hydra applications need another launcher")
    policy = build_policy(settings)
    composer = Composer(loader, master)
    jobs = [
        (number, build(composer.settings(overrides)), composer.folder(overrides, number))
        for number, overrides in enumerate(job_overrides, first)
    ]
    plan = make_plan(_name(master), jobs)
    accuracy = task.sweep(plan, policy)
    reached = {run.number: accuracy.get(run.key) for run in plan.runs}
    return [_job_return(overrides, reached.get(number)) for number, overrides in enumerate(job_overrides, first)]


def _name(master: DictConfig) -> str:
    name = str(OmegaConf.select(master, "hydra.job.config_name"))
    return "multirun" if name == PLAIN else name


def _job_return(overrides: Sequence[str], value: float | None) -> JobReturn:
    returned = JobReturn(overrides=list(overrides), status=JobStatus.COMPLETED)
    returned.return_value = value
    return returned
