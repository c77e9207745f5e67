"""Hydra's composition as the commands do it, with nothing trained and nothing tracked."""

import sys
from types import SimpleNamespace

import pytest

from nnexp.sweep.hydra.app import HydraApp, run_hydra
from nnexp.sweep.launched import Swept, Trained
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.survey import Survey
from nnexp.tasks.network.task import NETWORK


class Composed:
    """What Hydra hands over for a list of arguments: of a single run its settings, of several their plan."""

    def __call__(self, *arguments):
        self.found = None
        run_hydra(HydraApp(NETWORK, lambda task, executor: self), arguments, print)
        return self.found

    def train(self, run, policy):
        self.found = run.values
        return Trained(run, Outcome(), SimpleNamespace(epochs=[], known={}))

    def sweep(self, plan, policy):
        self.found = plan
        return Swept(Survey(plan, policy, None, None))

    def runs_of(self, plan):
        return []


@pytest.fixture(scope="module")
def decoded(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def compose(decoded, monkeypatch):
    monkeypatch.setenv("NNEXP_CACHE", str(decoded))
    monkeypatch.setattr(sys, "argv", ["nnexp"])
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    return Composed()
