"""Hydra's own tests of a launcher, and of one beneath an application, held against `hydra/launcher=nnexp`: all."""

from __future__ import annotations

import pytest
from hydra.core.plugins import Plugins
from hydra.test_utils.launcher_common_tests import IntegrationTestSuite, LauncherTestSuite


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hydra, whose state each test restores, knows nnexp; and no test waits for MLflow, which is of no account here."""
    Plugins.instance()
    monkeypatch.setenv("NNEXP_STORE", "memory")


@pytest.mark.parametrize(("launcher_name", "overrides"), [("nnexp", [])])
class TestLauncher(LauncherTestSuite):
    """Jobs that a sweeper hands over."""


@pytest.mark.parametrize(
    ("task_launcher_cfg", "extra_flags"), [({}, ["-m", "hydra/launcher=nnexp", "hydra.launcher.jobs=1"])]
)
class TestIntegration(IntegrationTestSuite):
    """Applications that are started as commands."""
