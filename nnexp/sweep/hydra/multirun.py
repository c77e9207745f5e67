"""A multirun of anybody's Hydra application: its jobs become a plan, a session runs it, and Hydra is given each back.

A sweeper may hand the jobs over in batches, each when it knows what the one before has reached: all are of one sweep.
Knows no application, and nothing of how Hydra goes on with what it is given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from hydra.core.utils import JobReturn, JobStatus, setup_globals
from hydra.errors import CompactHydraException
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from nnexp.errors import ConfigError, NnexpError
from nnexp.recording.store import open_store
from nnexp.sweep.command_line import of_this_script
from nnexp.sweep.hydra.app import read_policy
from nnexp.sweep.hydra.onlooker import Onlooker
from nnexp.sweep.launched import Swept
from nnexp.sweep.plan import Plan, make_plan
from nnexp.sweep.policy import LAUNCHER, Policy
from nnexp.sweep.session import Session
from nnexp.sweep.source import Decision, Planned, Reused
from nnexp.tasks.hydra.application import RETURNED, Application, application, returned_by
from nnexp.tasks.hydra.function import make_function
from nnexp.tasks.hydra.job import FILES, Job, make_job
from nnexp.tasks.hydra.settings import Composed
from nnexp.tasks.packed import unpack
from nnexp.terminal import Terminal
from nnexp.tracking.records import Run, Tag
from nnexp.training.events import Ending, Event, Failed, Finished, Killed, Pruned, WorkerLost
from nnexp.training.spec import RunSpec, basis_of

ALL_AT_ONCE = "BasicSweeper"  # what hands over all jobs in one batch, unless its batches have a size
UNUSED = ("until_decided", "worthwhile", "verify")

Endings = dict[str, Ending | Run]  # by the key of the run: how it ended, or the record that stands for it


class JobError(Exception):
    """A job that failed: what its worker said of it is its cause."""


class WorkerTraceback(Exception):  # noqa: N818 - it is the text of one
    """The traceback of a worker, as its text."""

    def __str__(self) -> str:
        """Give it as Python prints the traceback of another process."""
        return f'\n"""\n{self.args[0]}"""'


class Multirun:
    """What is run of one application by one command."""

    def __init__(self, context: HydraContext, master: DictConfig, function: TaskFunction) -> None:
        self._loader = context.config_loader
        self._master = master
        self._function = lru_cache(maxsize=1)(partial(make_function, function, context))
        self._onlooker = Onlooker(Terminal(stderr=True))
        self._asked: str | None = None  # the sweep's key, if there may be more batches

    def launch(self, overrides: Sequence[Sequence[str]], first: int) -> list[JobReturn]:
        """Run a batch of jobs, numbered from `first` on.

        Raises
        ------
        CompactHydraException
            For a mistake of the person's: Hydra tells it in one line.
        SystemExit
            After a signal, when every run is recorded.
        """
        try:
            return self._launch(overrides, first)
        except NnexpError as error:
            raise CompactHydraException(str(error)) from error

    def _launch(self, overrides: Sequence[Sequence[str]], first: int) -> list[JobReturn]:
        policy = _policy(self._master)
        setup_globals()
        Path(str(OmegaConf.select(self._master, "hydra.sweep.dir"))).mkdir(parents=True, exist_ok=True)
        jobs = [make_job(self._loader, self._master, one, number) for number, one in enumerate(overrides, first)]
        task = application(self._function(), jobs)
        configs = [task.schema.parse_config(job.settings) for job in jobs]
        plan = self._plan(task, jobs, configs)
        endings: Endings = {}
        session = Session(open_store(self._onlooker.say), task, self._onlooker, command=of_this_script())
        swept = session.sweep(plan, policy, partial(_Heard, endings=endings))
        self._onlooker.told(swept)
        if swept.outcome and swept.outcome.exit_status:
            raise SystemExit(swept.outcome.exit_status)
        keys = [basis_of(task, task.examine(config)).key for config in configs]
        return [_back(job, swept, endings | swept.survey.ledger.done, key) for job, key in zip(jobs, keys, strict=True)]

    def _plan(self, task: Application, jobs: Sequence[Job], configs: Sequence[Composed]) -> Plan:
        """Plan the jobs, each run with its own; runs that are alike are one."""
        numbered = [(job.number, config, job.folder / FILES) for job, config in zip(jobs, configs, strict=True)]
        plan = make_plan("-".join(str(self._master.hydra.job.name).split()), task, numbered)
        own = {job.number: task.of(job) for job in jobs}
        runs = tuple(replace(run, task=own[run.number]) for run in plan.runs)
        varies = tuple(name for name in plan.varies if name not in task.schema.not_telling)
        if self._asked is None:
            self._asked = _asked(self._master, plan)
        return replace(plan, runs=runs, varies=varies, asked=self._asked)


class _Heard(Planned):
    """The runs of a plan, of which it is kept how each ended."""

    def __init__(self, runs: Iterable[RunSpec], endings: Endings) -> None:
        super().__init__(runs)
        self._endings = endings

    def hear(self, run: RunSpec, event: Event | Reused) -> Decision:
        """Note an ending."""
        if isinstance(event, Ending | Reused):
            self._endings[run.key] = event.record if isinstance(event, Reused) else event
        return super().hear(run, event)


def _policy(master: DictConfig) -> Policy:
    policy = read_policy(master.hydra.launcher)
    for name in UNUSED:
        if getattr(policy, name):
            raise ConfigError(f"{LAUNCHER}{name} has no meaning for an application of one's own; leave it out")
    return policy


def _asked(master: DictConfig, plan: Plan) -> str:
    """Compute the key of a sweep that comes in batches: of its first, and of what was asked for; else there is none."""
    sweeper = OmegaConf.to_container(master.hydra.sweeper)
    assert isinstance(sweeper, dict)
    if str(sweeper.get("_target_")).endswith(ALL_AT_ONCE) and sweeper.get("max_batch_size") is None:
        return ""
    parts = [plan.key, sweeper, list(master.hydra.overrides.task)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _back(job: Job, swept: Swept, ends: Mapping[str, Ending | Run], key: str) -> JobReturn:
    """Give Hydra a job back, by how its run ended."""
    match ends.get(key):
        case Run() as record:
            files = Path(record.tags.get(Tag.FOLDER, ""))
            value = returned_by(record.tags.get(Tag.remark(RETURNED)))
            return job.back(JobStatus.COMPLETED, value, files.parent if files.is_dir() and files.name else None)
        case Finished(returned=returned):
            return job.back(JobStatus.COMPLETED, unpack(returned) if returned else None)
        case None if swept.outcome is None:  # of a dry run
            return job.back(JobStatus.COMPLETED, None)
        case None:
            return job.back(JobStatus.FAILED, CompactHydraException(f"job {job.number} was not started"))
        case ending:
            return job.back(JobStatus.FAILED, _error(job, ending))


def _error(job: Job, ending: Failed | Killed | Pruned | WorkerLost) -> JobError:
    error = JobError(f"{ending.error} (job {job.number}: {' '.join(job.overrides)}; see {job.folder})")
    if isinstance(ending, Failed):
        error.__cause__ = WorkerTraceback(ending.traceback)
    return error
