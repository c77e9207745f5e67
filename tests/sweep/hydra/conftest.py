"""Hydra as it is in a process that has run no application yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.version import VersionBase

PLUGINS = ("hydra._internal.core_plugins.", "hydra_plugins.")


@pytest.fixture
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
