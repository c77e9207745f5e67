"""The plugins behind `hydra_plugins.nnexp_plugins`, the one place where Hydra looks (see plugins.py).

Every Hydra application in the environment imports this file when it starts, so it imports nothing of nnexp by itself.
From it alone any application knows `hydra/launcher=nnexp`; tests/sweep/hydra/test_shim.py holds its settings to those
that nnexp/sweep/policy.py declares.
BasicSweeper is no public name of Hydra's; tests/sweep/hydra/test_shim.py says what of it is relied on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.types import Override
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

SETTINGS = {
    "jobs": None, "retries": 0, "fail_fast": False, "max_failures": None, "timeout": None, "budget": None,
    "fresh": False, "dry_run": False, "until_decided": False, "worthwhile": None, "verify": None,
}  # fmt: skip
NNEXP = {"_target_": "hydra_plugins.nnexp_plugins.NnexpLauncher", **SETTINGS}


def register() -> None:
    """Have every application know `hydra/launcher=nnexp`."""
    ConfigStore.instance().store("nnexp", NNEXP, "hydra/launcher", provider="nnexp")


class GridSweeper(BasicSweeper):
    """Hydra's basic sweeper, less its composing of every job for validation alone: the launcher checks them all.

    `together` is a list of settings that belong together, each entry an alternative that is crossed with the grid.
    `where` leaves jobs out: the launcher, which knows the settings of each, does so.
    """

    def __init__(self, max_batch_size: int | None, params: Any = None, together: Any = None, where: Any = None) -> None:  # noqa: ARG002
        super().__init__(max_batch_size, params)
        self._together = together

    def _parse_config(self) -> list[str]:
        from nnexp.sweep.hydra.grid import typed_params

        return typed_params(self.params)

    @staticmethod
    def split_arguments(overrides: list[Override], max_batch_size: int | None) -> list[list[list[str]]]:
        """Make the jobs, once nothing stands for no value."""
        from nnexp.sweep.hydra.grid import refuse_nothing

        refuse_nothing(overrides)
        return BasicSweeper.split_arguments(overrides, max_batch_size)

    def get_job_batch(self) -> Sequence[Sequence[str]]:
        """Give the overrides of every job."""
        from nnexp.sweep.hydra.grid import crossed

        return crossed(self._together, super().get_job_batch())

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        """Leave it to the launcher, which refuses the whole batch before anything is trained."""


class SearchSweeper(Sweeper):
    """Asks for one point after another, and learns what they reach; see nnexp/sweep/search/."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Remember what Hydra hands over."""
        self._context, self._task, self._config = hydra_context, task_function, config

    def sweep(self, arguments: list[str]) -> None:
        """Run the search."""
        from nnexp.sweep.hydra.search import search

        search(self._settings, self._config, self._context.config_loader, self._task, arguments)


class PoolLauncher(Launcher):
    """Runs a sweep's jobs as nnexp does: reused where they are finished, on every core, survived and recorded."""

    def __init__(self, **settings: Any) -> None:
        """Leave the settings where they were composed, in the config that Hydra hands over."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Remember what Hydra hands over."""
        self._context, self._task, self._config = hydra_context, task_function, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run the jobs."""
        from nnexp.sweep.hydra.launcher import launch

        return launch(self._config, self._context.config_loader, self._task, job_overrides, initial_job_idx)


class RayLauncher(PoolLauncher):
    """Runs them so on a Ray cluster."""


class NnexpLauncher(PoolLauncher):
    """Runs the jobs of any application as nnexp's own."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Remember what Hydra hands over, and that no batch was launched yet."""
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)
        self._multirun: Any = None

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run the jobs, as a further batch if some were run before."""
        from nnexp.sweep.hydra.app import HydraApp

        if isinstance(self._task, HydraApp):
            return super().launch(job_overrides, initial_job_idx)
        from nnexp.sweep.hydra.multirun import Multirun

        self._multirun = self._multirun or Multirun(self._context, self._config, self._task)
        returns: Sequence[JobReturn] = self._multirun.launch(job_overrides, initial_job_idx)
        return returns
