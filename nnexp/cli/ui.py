"""`nnexp ui`: MLflow's page, on this machine alone, on the store that the other commands use."""

from __future__ import annotations

import os
import subprocess
import sys

from nnexp.cli.console import out, say
from nnexp.cli.store import open_store
from nnexp.errors import TrackingError
from nnexp.tracking.location import Location

HOST = "127.0.0.1"


def ui(port: int) -> None:
    """Serve the page until Ctrl-C; a store that is a server already has its page there."""
    location = Location.from_environment()
    server = location.uri if location.uri.startswith("http") else f"http://{HOST}:{port}"
    out().print(link(server, open_store().experiment_id), soft_wrap=True)
    if server == location.uri:
        return
    say("Ctrl-C ends it")
    artifacts = location.file.parent / "mlruns" if location.file else None
    command = [sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", location.uri]
    command += ["--default-artifact-root", artifacts.as_uri()] if artifacts else []
    quiet = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    status = subprocess.run(command, env=quiet, check=False).returncode  # noqa: S603
    if status > 0:
        raise TrackingError(f"MLflow's page ended with status {status}; is port {port} free? try --port {port + 1}")


def link(server: str, experiment_id: str) -> str:
    """Point at the experiment's runs, in the layout for training."""
    return f"{server}/#/experiments/{experiment_id}/runs?workflowType=machine_learning"
