"""The stores that the contract is held against: every one of them real."""

from __future__ import annotations

import uuid

import pytest

from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.store import Store
from tests.server import free_port


@pytest.fixture(
    params=[
        "memory",
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.xdist_group("postgres")),  # one of each, whatever the workers
        pytest.param("server", marks=pytest.mark.xdist_group("server")),
    ]
)
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store of each kind; those that are shared give every test an experiment of its own."""
    if request.param == "memory":
        return MemoryStore()
    from nnexp.tracking.mlflow.store import MlflowStore

    if request.param == "sqlite":
        uri = f"sqlite:///{request.getfixturevalue('database')}"
    else:
        uri = request.getfixturevalue(request.param)
    return MlflowStore(Location(uri, f"contract {uuid.uuid4().hex}"))


@pytest.fixture
def closed_port() -> int:
    return free_port()
