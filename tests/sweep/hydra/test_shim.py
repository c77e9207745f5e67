"""What nnexp relies on in Hydra that Hydra does not promise: if a test fails here, a new Hydra has changed it."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from hydra.core.config_loader import ConfigLoader
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper

from nnexp.config import store


@pytest.fixture
def installed():
    """The module that Hydra finds. Hydra must look for plugins first: it loads its own sweeper anew when it does."""
    Plugins.instance()
    return importlib.import_module("hydra_plugins.nnexp_plugins")


def test_hydra_finds_the_plugins_under_the_one_name_that_it_takes(installed):
    found = {*Plugins.instance().discover(Launcher), *Plugins.instance().discover(Sweeper)}
    assert {installed.PoolLauncher, installed.GridSweeper} <= found


def test_what_is_installed_only_names_what_the_shim_holds(installed):
    """It is a copy, so an edit of shim.py needs no new installation; one of plugins.py does."""
    from nnexp.sweep.hydra import plugins, shim

    assert Path(installed.__file__).read_text() == Path(plugins.__file__).read_text(), "install nnexp again"
    assert issubclass(installed.PoolLauncher, shim.PoolLauncher)
    assert issubclass(installed.GridSweeper, shim.GridSweeper)


def test_the_basic_sweeper_validates_batches_in_the_method_that_is_left_out(installed):
    sweep = inspect.getsource(installed.GridSweeper.sweep)
    assert "self.validate_batch_is_legal(" in sweep, "jobs may be composed twice again"


def test_the_basic_sweeper_asks_for_its_jobs_where_they_are_crossed_with_what_belongs_together(installed):
    assert "self.get_job_batch()" in inspect.getsource(installed.GridSweeper.sweep), "`together` may be passed over"


def test_a_job_can_be_composed_from_the_multiruns_own_config():
    assert [*inspect.signature(ConfigLoader.load_sweep_config).parameters] == [
        "self",
        "master_config",
        "sweep_overrides",
    ]


def test_every_application_is_told_of_the_settings_that_a_policy_has():
    from nnexp.sweep.hydra.shim import NNEXP, SETTINGS
    from nnexp.sweep.policy import POLICY

    assert POLICY.values(POLICY.parse_config({})) == SETTINGS
    assert store.launcher_named(NNEXP["_target_"]) == "nnexp"
