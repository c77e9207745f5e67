"""What lies between a launcher and its server fails in every way: nothing is lost, and nothing trained twice."""

import shutil
import signal
from pathlib import Path

import pytest

from tests.proxy import FAULTS, PASS, Proxy
from tests.server import Server

RUNS = 4


@pytest.fixture(scope="module")
def behind(tmp_path_factory, store_file, zygote):
    """A server, and a proxy before it."""
    folder = tmp_path_factory.mktemp("behind")
    server = Server(zygote, Path(shutil.copy(store_file, folder)), folder / "files")
    proxy = Proxy(server.uri)
    yield proxy, f"sqlite:///{folder / store_file.name}"
    proxy.close()
    server.kill()


@pytest.fixture
def proxied(app, behind):
    """A folder whose commands go through the proxy, into an experiment of their own."""
    proxy, app.uri = behind
    proxy.fault, proxy.part, proxy.met = PASS, 1.0, 0
    app.experiment = app.folder.name
    app.environment |= {
        "MLFLOW_TRACKING_URI": proxy.uri, "MLFLOW_EXPERIMENT_NAME": app.experiment, "MLFLOW_HTTP_REQUEST_TIMEOUT": "1",
    }  # fmt: skip
    return app, proxy


@pytest.mark.xdist_group("proxy")
@pytest.mark.parametrize(("fault", "part"), [*((fault, 1.0) for fault in FAULTS), ("drop the reply", 0.3)])
def test_nothing_is_lost_and_nothing_trained_twice(fault, part, proxied):
    app, proxy = proxied
    app.sweep_file(runs=RUNS, launcher="{jobs: 1}")
    app.misbehave("1=wait")
    sweep = app.start("sweep", "tiny")
    sweep.wait_for(f"1 of {RUNS} runs")
    proxy.part, proxy.fault = part, fault
    (app.folder / "go").touch()
    sweep.end()
    assert proxy.met > 0
    assert "Traceback" not in sweep.said, sweep.said
    proxy.fault = PASS
    app.run("sweep", "tiny")
    app.check_complete(RUNS)


@pytest.mark.xdist_group("proxy")
@pytest.mark.parametrize("fault", ["hang", "drop the reply"])
def test_ctrl_c_is_heard(fault, proxied):
    app, proxy = proxied
    app.environment["MLFLOW_HTTP_REQUEST_TIMEOUT"] = "100000"
    app.sweep_file(runs=2, launcher="{jobs: 1}")
    app.misbehave("1=wait")
    sweep = app.start("sweep", "tiny")
    sweep.wait_for("1 of 2 runs")
    proxy.fault = fault
    sweep.signal_group(signal.SIGINT)
    (app.folder / "go").touch()
    assert sweep.end() == 130, sweep.said
    proxy.fault = PASS
    app.run("sweep", "tiny")
    app.check_complete(2)
