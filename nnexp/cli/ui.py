"""`nnexp ui`: MLflow's page, on this machine alone, on the store that the other commands use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Sequence
from urllib.error import URLError
from urllib.request import urlopen

from nnexp.cli.console import out, say
from nnexp.cli.find import find_sweep
from nnexp.cli.store import open_store
from nnexp.errors import NotFoundError, TrackingError
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.view import link, sweep_view, view_name
from nnexp.tracking.mlflow.writer import MlflowStore
from nnexp.tracking.records import Run, Tag

HOST = "127.0.0.1"
PATIENCE_S = 60


def ui(sweep: str | None, port: int, *, show: bool) -> None:
    """Serve the page until Ctrl-C, opened on a sweep's charts; a store that is a server already has its page there."""
    location = Location.from_environment()
    open_store()  # which sets it straight
    store = MlflowStore(location)
    found = find_sweep(store, sweep)
    if sweep and not found:
        raise NotFoundError(f"there is no sweep {sweep} in the store; nnexp sweep {sweep} makes it")
    view = _keep_view(found, store) if found else None
    server = f"http://{HOST}:{port}" if location.is_database else location.uri
    page = link(server, store.experiment_id, view)
    if not location.is_database:
        _point(page, show=show)
        return
    _check_free(port)
    say("starting MLflow's page, a few seconds ...")
    silent = subprocess.DEVNULL
    with subprocess.Popen(_command(location, port), env=_quiet(), stdout=silent, stderr=silent) as process:  # noqa: S603
        try:
            _wait(server, process)
            _point(page, show=show)
            say("Ctrl-C ends it")
            process.wait()
        finally:
            process.terminate()
    if process.returncode > 0:
        raise TrackingError(f"MLflow's page ended with status {process.returncode}")


def _keep_view(sweep: Run, store: MlflowStore) -> str:
    key = sweep.tags[Tag.SWEEP]
    by = [setting for setting in sweep.tags.get(Tag.VARIES, "").split() if setting != "seed"]
    store.set_view(view_name(key), sweep_view(Tag.member(key), by))
    return view_name(key)


def _command(location: Location, port: int) -> Sequence[str]:
    """One worker is quicker than MLflow's four, and needs a sixth of the memory."""
    artifacts = ["--default-artifact-root", (location.file.parent / "mlruns").as_uri()] if location.file else []
    address = ["--host", HOST, "--port", str(port), "--workers", "1"]
    return [sys.executable, "-m", "mlflow", "server", *address, "--backend-store-uri", location.uri, *artifacts]


def _quiet() -> dict[str, str]:
    return os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "UVICORN_LOG_LEVEL": "warning"}


def _check_free(port: int) -> None:
    """Refuse a port that is taken: another page, perhaps on another store, would answer there."""
    try:
        with socket.create_server((HOST, port)):
            return
    except OSError as error:
        raise TrackingError(f"port {port} cannot be had ({error.strerror}); choose another one with --port") from error


def _wait(server: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the page answers."""
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{server}/health", timeout=1):  # noqa: S310
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TrackingError(f"MLflow's page did not come up on {server}")


def _point(page: str, *, show: bool) -> None:
    out().print(page, soft_wrap=True)
    if show:
        webbrowser.open(page)
