"""`nnexp ui`: MLflow's page, on this machine alone, on the store that the other commands use."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.error import URLError
from urllib.request import urlopen

from nnexp.cli.console import out, say
from nnexp.config.schema import SEED
from nnexp.errors import TrackingError
from nnexp.recording.store import open_store
from nnexp.sweep.find import sweep_or_last
from nnexp.tracking.mlflow.page import Page, page_of

HOST = "127.0.0.1"
PATIENCE_S = 60


def ui(sweep: str | None, port: int, *, show: bool) -> None:
    """Serve the page until Ctrl-C, opened on a sweep's charts; a store that is a server already has its page there."""
    store = open_store(say)
    page = page_of(store, HOST, port)
    found = sweep_or_last(store, sweep, say)
    if not page.is_there_already:
        _check_free(port)
    link = page.link_to(found, SEED, say)
    if page.is_there_already:
        _point(link, show=show)
        return
    say("starting MLflow's page, a few seconds ...")
    with _serving(page) as process:
        _wait(page.address, process)
        _point(link, show=show)
        say("Ctrl-C ends it")
        process.wait()
    if process.returncode > 0:
        raise TrackingError(f"MLflow's page ended with status {process.returncode}")


@contextmanager
def _serving(page: Page) -> Iterator[subprocess.Popen[bytes]]:
    """Start what serves a page; it ends, with all that it has started, however this command ends."""
    silent = subprocess.DEVNULL
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    with subprocess.Popen(  # noqa: S603
        page.command, env=page.environment, stdout=silent, stderr=silent, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()  # after Ctrl-C, Popen itself would wait for a quarter of a second alone


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
