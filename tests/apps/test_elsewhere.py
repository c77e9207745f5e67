"""Another host name, other process numbers, another clock, another folder: none of them says who is alive."""

import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
import sqlalchemy

from nnexp.tracking.records import Kind, Status
from nnexp.training.events import now

DAY_S = 86400
CONTAINER = ("unshare", "--uts", "--pid", "--fork", "--mount-proc", "sh", "-c", 'hostname "$0" && exec "$@"')
RUNS = 6


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def anywhere(request, app):
    """A folder, and a store that can be reached from anywhere."""
    if request.param == "sqlite":
        app.uri = f"sqlite:///{app.database}"
    else:
        server = request.getfixturevalue("postgres")
        with sqlalchemy.create_engine(
            server, poolclass=sqlalchemy.NullPool, isolation_level="AUTOCOMMIT"
        ).connect() as connection:
            connection.execute(sqlalchemy.text("CREATE DATABASE anywhere"))
        app.uri = str(sqlalchemy.make_url(server).set(database="anywhere").render_as_string(hide_password=False))
    app.environment["MLFLOW_TRACKING_URI"] = app.uri
    return app


def in_a_container(app, host, *arguments):
    """Type a command where processes have numbers of their own, on a host of this name."""
    command = [*CONTAINER, host, sys.executable, "-m", "nnexp", *arguments]
    ran = subprocess.run(command, cwd=app.folder, env=app.environment, capture_output=True, text=True)
    if ran.returncode == 1 and "Operation not permitted" in ran.stderr:
        pytest.skip("a container needs the right to make one")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout + ran.stderr


def test_what_lives_here_is_left_alone_from_a_container_and_what_is_dead_goes_on_there(anywhere):
    app = anywhere
    app.sweep_file(runs=RUNS)
    app.misbehave("5=hang")
    sweep = app.start("sweep", "tiny")
    sweep.wait_for(f"5 of {RUNS} runs")
    here = subprocess.run(["hostname"], capture_output=True, text=True, check=True).stdout.strip()
    assert "all is well" in in_a_container(app, here, "doctor")
    assert app.store.runs(None, status=Status.KILLED) == []
    sweep.signal_group(signal.SIGKILL)
    sweep.end()
    app.behave()
    said = in_a_container(app, "elsewhere", "sweep", "tiny")
    assert f"5 of {RUNS} runs are finished already" in said
    app.check_complete(RUNS)


def test_the_clock_proves_nothing(app):
    app.sweep_file(runs=RUNS)
    app.misbehave("5=hang")
    ahead, behind = (replace(app, environment=app.environment | {"NNEXP_CLOCK": str(s)}) for s in (DAY_S, -DAY_S))
    sweep = ahead.start("sweep", "tiny")
    sweep.wait_for(f"5 of {RUNS} runs")
    assert min(run.started_at for run in app.finished()) > now() + 1000 * DAY_S / 2
    assert "all is well" in app.run("doctor")
    assert "all is well" in behind.run("doctor")
    sweep.signal_group(signal.SIGKILL)
    sweep.end()
    behind.environment["NNEXP_MISBEHAVE"] = "0=never"
    behind.run("sweep", "tiny")
    app.check_complete(RUNS)


def test_a_folder_that_is_moved_after_a_kill_goes_on_and_one_that_was_copied_knows_all(app):
    app.sweep_file(runs=RUNS)
    app.misbehave("4=wait 5=wait")
    sweep = app.start("sweep", "tiny")
    sweep.wait_for(f"1 of {RUNS} runs")
    sweep.signal_group(signal.SIGKILL)
    sweep.end()
    app.behave()
    moved = replace(app, folder=app.folder / "moved")
    moved.folder.mkdir()
    for name in ("mlflow.db", "mlflow.db-wal", "mlflow.db-shm", "mlruns", "multirun", "sweeps", "small.npz"):
        if (app.folder / name).exists():
            shutil.move(app.folder / name, moved.folder)
    moved.sweep_file(runs=RUNS)
    moved.run("sweep", "tiny")
    moved.check_complete(RUNS)
    name = moved.finished()[0].run_id
    assert "identical" in moved.run("rerun", name)
    copied = replace(app, folder=app.folder / "copied")
    copied.folder.mkdir()
    shutil.copy(moved.database, copied.folder)
    assert len(copied.finished()) == RUNS
    assert {sweep.status for sweep in copied.store.runs(Kind.SWEEP)} == {Status.FINISHED}
