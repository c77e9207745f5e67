"""Hydra's own tests of a launcher, and of one beneath an application, held against `hydra/launcher=nnexp`: all."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.test_utils.launcher_common_tests import IntegrationTestSuite, LauncherTestSuite
from hydra.version import VersionBase

PLUGINS = ("hydra._internal.core_plugins.", "hydra_plugins.")


@pytest.fixture(autouse=True)
def as_at_first(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin as a process does that has run no application, but knows nnexp; and leave Hydra as it was found.

    No test waits for MLflow, which is of no account here.
    """
    Plugins.instance()
    singletons = dict(Singleton._instances)
    found = [(module, dict(vars(module))) for name, module in sys.modules.items() if name.startswith(PLUGINS)]
    Singleton._instances = {kind: one for kind, one in singletons.items() if kind is not VersionBase}
    monkeypatch.setenv("NNEXP_STORE", "memory")
    yield
    Singleton._instances = singletons
    for module, names in found:  # in which Hydra makes every plugin's class anew
        vars(module).update(names)


@pytest.mark.parametrize(("launcher_name", "overrides"), [("nnexp", [])])
class TestLauncher(LauncherTestSuite):
    """Jobs that a sweeper hands over."""


@pytest.mark.parametrize(
    ("task_launcher_cfg", "extra_flags"), [({}, ["-m", "hydra/launcher=nnexp", "hydra.launcher.jobs=1"])]
)
class TestIntegration(IntegrationTestSuite):
    """Applications that are started as commands."""
