"""What happens when Hydra hands a multirun over: its jobs become a plan, and whoever called Hydra runs it.

The shim that Hydra itself imports is shim.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import TaskFunction
from omegaconf import DictConfig, OmegaConf

from nnexp.config.condition import Condition
from nnexp.config.schema import SEED
from nnexp.config.store import PLAIN
from nnexp.errors import ConfigError
from nnexp.measure import count
from nnexp.search.terms import SWEEPER
from nnexp.sweep.hydra.app import HydraApp, read_policy, refuse_unused
from nnexp.sweep.hydra.compose import Composer
from nnexp.sweep.hydra.grid import conditions, refuse_lists
from nnexp.sweep.plan import Job, make_plan


def launch(
    master: DictConfig,
    loader: ConfigLoader,
    app: TaskFunction | HydraApp,
    job_overrides: Sequence[Sequence[str]],
    first: int,
) -> list[JobReturn]:
    """Plan all jobs, check them all, and have them run."""
    if not isinstance(app, HydraApp):
        raise TypeError(
            "this launcher runs nnexp's own task; for other Hydra applications there is hydra/launcher=nnexp"
        )
    app.folders.append(Path(str(OmegaConf.select(master, "hydra.sweep.dir"))))
    refuse_unused(master.hydra)
    refuse_lists(master.hydra.sweeper)
    policy, schema = read_policy(master.hydra.launcher), app.task.schema
    where = conditions(master.hydra.sweeper, schema)
    if policy.until_decided and any(SEED in condition.names for condition in where):
        raise ConfigError(f"until_decided chooses the seeds, so {SWEEPER}where cannot; leave {SEED} out of it")
    composer = Composer(loader, master, schema)
    jobs: list[Job] = []
    taken: list[Sequence[str]] = []
    for overrides in job_overrides:
        values, folder = composer.job(overrides, first + len(jobs))
        config = schema.parse_config(values)
        flat = schema.flat(config) if where else {}
        if all(condition.holds(flat) for condition in where):
            jobs.append((first + len(jobs), config, folder))
            taken.append(overrides)
    plan = make_plan(name_of(master), app.task, jobs, _left_out(where, len(job_overrides), len(jobs)))
    decided = app.sweep(plan, policy)
    reached = {run.number: decided.get(run.key) for run in plan.runs}
    return [_job_return(overrides, reached.get(number)) for number, overrides in enumerate(taken, first)]


def _left_out(where: Sequence[Condition], jobs: int, taken: int) -> list[str]:
    """Tell how many jobs the conditions leave out.

    Raises
    ------
    ConfigError
        If they leave out all.
    """
    told = "; ".join(condition.text.strip() for condition in where)
    if jobs and not taken:
        raise ConfigError(f"{SWEEPER}where leaves out every job of {jobs}: {told}")
    return [f"{jobs - taken} of {count(jobs, 'job')} are left out by where: {told}"] if where else []


def name_of(master: DictConfig) -> str:
    """Name a sweep by its file."""
    name = str(OmegaConf.select(master, "hydra.job.config_name"))
    return "multirun" if name == PLAIN else name


def _job_return(overrides: Sequence[str], value: float | None) -> JobReturn:
    returned = JobReturn(overrides=list(overrides), status=JobStatus.COMPLETED)
    returned.return_value = value
    return returned
