"""Hydra beneath `nnexp train`: its flags, its composition, its multirun; our session and our errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import hydra
import yaml
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nnexp.config import store
from nnexp.config.store import PLAIN
from nnexp.config.sweeps import yaml_mistake
from nnexp.errors import ConfigError, NnexpError, TrackingError
from nnexp.measure import TOTAL, judging
from nnexp.search.terms import SEARCH, Terms
from nnexp.sweep.executors.choose import choose
from nnexp.sweep.executors.executor import MakeExecutor
from nnexp.sweep.hydra.mistakes import flags_raised, in_one_line, refuse_flags
from nnexp.sweep.hydra.output import leave_none
from nnexp.sweep.hydra.overrides import with_quotes
from nnexp.sweep.hydra.settings import MISSING, plain, settings_of
from nnexp.sweep.launched import Swept, Trained
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import LAUNCHERS, Policy
from nnexp.sweep.session import Session
from nnexp.tasks.task import Task, is_foreign
from nnexp.tracking.records import Run, declared_by, newest_finished
from nnexp.training.spec import make_spec
from nnexp.undeclared import completed

UNUSED = {
    "sweeper.max_batch_size": "hydra.launcher.jobs says how many run at once",
    "job.chdir": "a run writes into its own folder alone, and the store is looked for from here",
}


class HydraApp:
    """The task function that Hydra calls: with one composed config, or (see launcher.py) with a whole plan.

    `open_session` is told the task, and what runs several runs, or None for a single one. What was run is kept in
    `results`; a single run's error in `errors`, so that Hydra does not tell it in its own way.
    """

    def __init__(self, task: Task, open_session: Callable[[Task, MakeExecutor | None], Session]) -> None:
        self.task = task
        self.results: list[Trained | Run | Swept] = []
        self.errors: list[NnexpError] = []
        self.session: Session | None = None  # the last one that was opened
        self.policy = Policy()  # of the plan that was run last
        self.folders: list[Path] = []  # that Hydra made, for what is run
        self.started = False
        self._open_session = open_session

    def __call__(self, composed: DictConfig) -> float | None:
        """Train one composed config."""
        self.started = True
        job = HydraConfig.get()
        self.folders.append(Path(job.runtime.output_dir))
        try:
            values = settings_of(composed, self.task.schema)
            config = self.task.schema.parse_config(values)
            refuse_unused(job)
            policy = read_policy(job.launcher)  # a wrong launcher setting is refused even of a single run
            self.session = self._open_session(self.task, None)
            spec = make_spec(self.task, config, folder=Path(job.runtime.output_dir))
            trained = self.session.train(spec, policy)
        except NnexpError as error:
            self.errors.append(error)
            return None
        except OmegaConfBaseException as refused:
            self.errors.append(in_one_line(refused, self.task.schema))
            return None
        self.results.append(trained)
        last = _last_metrics(trained)
        known = judging(completed([*self.task.measures, TOTAL], [last]))
        return next((last[measure.name] for measure in known if measure.name in last), None)

    def sweep(self, plan: Plan, policy: Policy) -> Mapping[str, float]:
        """Run a plan; give what decides of each finished key, for Hydra's sweeper."""
        self.started = True
        self.policy = policy
        policy, executor = choose(policy)
        self.session = session = self._open_session(self.task, executor)
        self.results.append(session.sweep(plan, policy))
        try:
            finished = newest_finished(session.runs_of(plan))
        except TrackingError:  # whoever shows the results will say it
            return {}
        names = [measure.final.name for measure in judging(declared_by(finished.values()).values())]
        reached = {key: [run.metrics[name] for name in names if name in run.metrics] for key, run in finished.items()}
        return {key: values[0] for key, values in reached.items() if values}


def run_hydra(app: HydraApp, arguments: Sequence[str], say: Callable[[str], None]) -> list[Trained | Run | Swept]:
    """Let Hydra read the arguments and compose, run the app, and give what was run.

    Raises
    ------
    ConfigError
        For whatever Hydra or OmegaConf refuse, in one line.
    """
    schema = app.task.schema
    refuse_flags(arguments, schema)
    launchers = {name: known.values(known.parse_config({})) for name, known in LAUNCHERS.items()}
    has_conf = not is_foreign(app.task)
    conf = store.register(schema.initial(MISSING), launchers, SEARCH.values(Terms()), has_conf=has_conf)
    typed, full = sys.argv[1:], os.environ.get("HYDRA_FULL_ERROR")
    sys.argv[1:] = _flags_first(with_quotes(arguments, schema))
    os.environ["HYDRA_FULL_ERROR"] = "1"  # so that Hydra raises instead of printing and leaving
    main = hydra.main(version_base="1.3", config_path=conf, config_name=PLAIN)(app)
    try:
        with flags_raised():
            main()
    except (HydraException, OmegaConfBaseException) as refused:
        raise in_one_line(refused, schema) from refused
    except yaml.YAMLError as refused:
        raise ConfigError(f"a file of conf/ or sweeps/ cannot be read: {yaml_mistake(refused)}") from refused
    except NnexpError:
        raise
    except ValueError as refused:
        if "--multirun" in str(refused) or isinstance(refused, UnicodeError):  # flags that exclude one another
            raise ConfigError(str(refused)) from refused
        raise
    except OSError as refused:
        if app.started:
            raise
        # Hydra makes the output folder
        raise ConfigError(
            f"the output folder cannot be made: {refused}; set hydra.run.dir or hydra.sweep.dir"
        ) from refused
    finally:
        store.let_go()
        for folder in app.folders:
            leave_none(folder)
        sys.argv[1:] = typed
        os.environ |= {"HYDRA_FULL_ERROR": full} if full else {}
        if full is None:
            del os.environ["HYDRA_FULL_ERROR"]
    for error in app.errors[:-1]:
        say(str(error))
    for error in app.errors[-1:]:
        raise error
    return app.results


def _last_metrics(trained: Trained | Run) -> Mapping[str, float]:
    if isinstance(trained, Run):
        declared = declared_by([trained])
        return {name: value for name, value in trained.metrics.items() if name in declared}
    measured = [*(epoch.metrics for epoch in trained.recorder.epochs), trained.recorder.known]
    return {name: value for metrics in measured for name, value in metrics.items()}


def read_policy(composed: DictConfig) -> Policy:
    """Read the settings of a launcher of ours; those of another are not ours.

    Raises
    ------
    ConfigError
        For one that cannot be used.
    """
    settings = plain(composed)
    name = store.launcher_named(str(settings.pop("_target_", "")))
    return LAUNCHERS[name].parse_config(settings) if name in LAUNCHERS else Policy()


def refuse_unused(composed: Any) -> None:
    """Refuse settings of Hydra's own that would be passed over, or lead elsewhere."""
    for name, instead in UNUSED.items():
        if OmegaConf.select(composed, name):
            raise ConfigError(f"hydra.{name} has no meaning here, but is set; {instead}")


def _flags_first(arguments: Sequence[str]) -> list[str]:
    """Put flags before overrides: Hydra's parser takes them in no other order."""
    overrides = [a for a in arguments if not a.startswith("-") and ("=" in a or a.startswith("~"))]
    return [a for a in arguments if a not in overrides] + overrides
