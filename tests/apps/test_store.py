"""A store or a disk that goes away during a sweep: results are kept, the person is told, and they are written later."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

from nnexp.tracking.records import Status
from tests.server import Server

RUNS = 8
LATER = "written later"


@contextmanager
def tmpfs(folder, size):
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "nnexp-test", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk to fill needs the right to mount one")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def write_what_waits(app, runs):
    """Whatever a run could not send itself before it ended, the next command sends."""
    app.run("doctor")
    app.check_complete(runs)
    assert list((app.folder / ".state" / "pending").glob("*")) == []


def test_a_full_disk_beneath_the_run_folders(app):
    app.sweep_file(runs=RUNS)
    (app.folder / "tmp").mkdir()
    app.environment["TMPDIR"] = str(app.folder / "tmp")
    with tmpfs(app.folder / "multirun", "128k"):
        said = app.run("sweep", "tiny")
    assert "cannot be written (No space left on device)" in said
    app.check_complete(RUNS)
    assert all(len(digests) == 3 for digests in app.digests().values())


def test_a_full_disk_beneath_the_store(app):
    app.sweep_file(runs=RUNS)
    disk = app.folder / "disk"
    with tmpfs(disk, f"{app.database.stat().st_size // 1024 + 100}k"):
        shutil.copy(app.database, disk)
        app.uri = app.environment["MLFLOW_TRACKING_URI"] = f"sqlite:///{disk / app.database.name}"
        said = app.run("sweep", "tiny")
        assert LATER in said
        assert "still to be written to the store" in said
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        write_what_waits(app, RUNS)


def test_a_locked_database(app):
    app.sweep_file(runs=RUNS)
    app.misbehave("6=wait 7=wait")
    command = app.start("sweep", "tiny")
    command.wait_for(f"6 of {RUNS} runs: ")
    with closing(sqlite3.connect(app.database, timeout=60, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        (app.folder / "go").touch()
        command.wait_for(LATER)
        other.execute("ROLLBACK")
    assert command.end() == 0, command.said
    write_what_waits(app, RUNS)


def test_a_read_only_folder_is_said_in_one_line(app):
    app.sweep_file(runs=2)
    inner = app.folder / "inner"
    with tmpfs(inner, "8m"):
        shutil.copytree(app.folder / "sweeps", inner / "sweeps")
        subprocess.run(["mount", "-o", "remount,ro", inner], check=True)
        command = [sys.executable, "-m", "nnexp", "sweep", "tiny"]
        said = subprocess.run(command, cwd=inner, env=app.environment, capture_output=True, text=True)
    assert said.returncode == 2
    assert "Traceback" not in said.stderr


@pytest.fixture
def server(app):
    server = Server(app.zygote, app.database, app.folder / "served", app.environment)
    yield server
    server.kill()


def test_a_server_that_is_killed_and_comes_back(app, server):
    app.sweep_file(runs=RUNS)
    app.misbehave("6=wait 7=wait")
    app.environment["MLFLOW_TRACKING_URI"] = server.uri
    command = app.start("sweep", "tiny")
    command.wait_for(f"6 of {RUNS} runs: ")
    server.kill()
    (app.folder / "go").touch()
    command.wait_for(LATER)
    server.start()
    command.end()
    assert "Traceback" not in command.said
    write_what_waits(app, RUNS)
    assert app.store.runs(status=Status.FAILED) == []


def test_a_server_that_is_silent_is_not_waited_for_after_ctrl_c(app, server):
    app.sweep_file(runs=3)
    app.misbehave("2=wait")
    app.environment |= {"MLFLOW_TRACKING_URI": server.uri, "MLFLOW_HTTP_REQUEST_TIMEOUT": "100000"}
    command = app.start("sweep", "tiny")
    command.wait_for("2 of 3 runs: ")
    server.signal(signal.SIGSTOP)
    command.signal_group(signal.SIGINT)
    (app.folder / "go").touch()
    assert command.end() == 130, command.said
    assert "Traceback" not in command.said
    assert "was not waited for; the results are kept and written later" in command.said
    server.signal(signal.SIGCONT)
    app.run("sweep", "tiny")
    app.check_complete(3)
