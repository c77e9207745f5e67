"""MLflow's own server on a database, on a port of its own; it may be killed, and started again."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

from tests.patience import HANGS_S
from tests.zygote import Zygote

UVICORN = str(find_spec("uvicorn.__main__").origin)  # type: ignore[union-attr]


def free_port() -> int:
    """Find a port that the system gives nobody else for a minute: a connection has just been ended by its listener."""
    with socket.create_server(("127.0.0.1", 0)) as probe, socket.create_connection(probe.getsockname()):
        probe.accept()[0].close()
        return int(probe.getsockname()[1])


class Server:
    """Started as `mlflow server` starts it, but for the wait for its imports."""

    def __init__(
        self, zygote: Zygote, database: Path, artifacts: Path, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._zygote = zygote
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"
        self._folder = database.parent
        self._environment = {
            **{name: value for name, value in environment.items() if name != "MLFLOW_TRACKING_URI"},
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{database}",
            "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
            "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(artifacts),
            "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        }
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["mlflow.server.fastapi_app:app", "--port", str(self.port)]
        said = self._folder / "server.log"
        with said.open("w") as log:
            self._process = self._zygote.start(command, self._folder, self._environment, log, log, UVICORN)
        deadline = time.monotonic() + HANGS_S
        while not self._answers():
            assert self._process.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.05)

    def signal(self, number: int) -> None:
        """Have it stop answering (SIGSTOP), and go on (SIGCONT)."""
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.uri}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
