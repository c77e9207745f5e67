"""Hydra's composition as the commands do it, with nothing trained and nothing tracked."""

import sys

import pytest

from nnexp.sweep.hydra.app import HydraApp, run_hydra


class Composed:
    """What Hydra hands over for a list of arguments."""

    def __call__(self, *arguments):
        self.settings = self.plan = None
        run_hydra(HydraApp(self._single, self._sweep), arguments)
        return self.plan or self.settings

    def _single(self, settings):
        self.settings = settings
        return 0.0

    def _sweep(self, plan, policy):
        self.plan = plan
        return {}


@pytest.fixture(scope="module")
def decoded(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def compose(decoded, monkeypatch):
    monkeypatch.setenv("NNEXP_CACHE", str(decoded))
    monkeypatch.setattr(sys, "argv", ["nnexp"])
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    return Composed()
