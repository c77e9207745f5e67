"""Hydra's own tests of a launcher, and of one beneath an application, held against `hydra/launcher=nnexp`: all."""

from __future__ import annotations

import pytest
from hydra.test_utils.launcher_common_tests import BatchedSweeperTestSuite, IntegrationTestSuite, LauncherTestSuite

ALONE = "hydra.launcher.jobs=1"


@pytest.fixture(autouse=True)
def as_hydra_expects(as_at_first: None) -> None:
    """Have no test know of another."""


@pytest.mark.parametrize(("launcher_name", "overrides"), [("nnexp", [ALONE])])
class TestLauncher(LauncherTestSuite):
    """Jobs that a sweeper hands over."""


@pytest.mark.parametrize(("launcher_name", "overrides"), [("nnexp", [ALONE, "hydra.sweeper.max_batch_size=2"])])
class TestBatches(BatchedSweeperTestSuite):
    """Jobs that it hands over in batches."""


@pytest.mark.parametrize(("task_launcher_cfg", "extra_flags"), [({}, ["-m", "hydra/launcher=nnexp", ALONE])])
class TestIntegration(IntegrationTestSuite):
    """Applications that are started as commands."""
