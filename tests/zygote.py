"""Commands without the wait for their imports: a process that has made them all forks itself for each command.

`Zygote.start` does what `subprocess.Popen([sys.executable, "-m", "nnexp", ...], start_new_session=True)` would, or what
it would with a script of somebody's. Where the start itself is tested (a kill on the way, variables that are read on
import), a test starts the real thing.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
LONGEST = 1 << 17  # bytes of a message; each arrives whole
LEFT_OUT = ("__main__", "kernels.hook", "executors.ray", "ray_cluster")  # would run; builds; are needed seldom
LATER = (  # what others import when it is first used
    "alembic.command", "email.policy", "importlib_metadata._adapters", "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.store.tracking.sqlalchemy_workspace_store", "pyarrow.pandas_compat", "sqlalchemy.dialects.sqlite",
    "typer._adapters",
)  # fmt: skip


class Forked:
    """A command that is going on: the part of a Popen that tests use."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self.pid = int(channel.recv(LONGEST))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._channel], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("nnexp", timeout or 0)
            self.returncode = int(self._channel.recv(LONGEST))
            self._channel.close()
        return self.returncode


class Zygote:
    """The process that forks; it ends when this one closes it, or is gone."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.zygote", str(theirs.fileno())], pass_fds=[theirs.fileno()],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def start(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: IO[Any], err: IO[Any],
        script: str = "",
    ) -> Forked:  # fmt: skip
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            request = json.dumps([script, list(arguments), str(folder), dict(environment)]).encode()
            socket.send_fds(self._control, [request], [theirs.fileno(), out.fileno(), err.fileno()])
        return Forked(ours)

    def run(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
        """Run a command to its end, which must be a good one, for all that it says."""
        with tempfile.TemporaryFile("w+") as log:
            status = self.start(arguments, folder, environment, log, log).wait()
            log.seek(0)
            said = log.read()
        assert status == 0, f"{arguments}: {said}"
        return said

    def close(self) -> None:
        self._control.close()
        self._process.wait()


def serve(control: socket.socket) -> str:
    """Fork for each request until the tests are gone; only a child that is to be a command returns, with its script."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child that waits for a command has ended
    while True:
        request, descriptors, *_ = socket.recv_fds(control, LONGEST, 3)
        if not request:
            sys.exit()
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            channel, out, err = descriptors
            wait_for_child(socket.socket(fileno=channel))
            script, *told = json.loads(request)
            become(script, *told, out, err)
            return script
        for descriptor in descriptors:
            os.close(descriptor)


def wait_for_child(channel: socket.socket) -> None:
    """Fork once more, and tell how the child ends; only the child returns, and tells who it is."""
    if child := os.fork():
        channel.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
        os._exit(0)
    os.setsid()
    channel.send(str(os.getpid()).encode())
    channel.close()


def become(script: str, arguments: list[str], folder: str, environment: dict[str, str], out: int, err: int) -> None:
    """Make this process what a fresh one would be that was started so."""
    for descriptor, standard in ((out, 1), (err, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # which was found in the environment before
    if "NNEXP_MISBEHAVE" in environment:  # as a Python that was started would
        importlib.import_module("tests.misbehaviour.sitecustomize")
    sys.argv[:] = [script or sys.argv[0], *arguments]
    sys.path[0] = folder


def import_everything() -> None:
    """Hydra first: when it looks for plugins, it executes anew what was imported before."""
    from hydra.core.plugins import Plugins

    import nnexp

    Plugins.instance()
    modules = [module.name for module in pkgutil.walk_packages(nnexp.__path__, "nnexp.")]
    for module in (*modules, *LATER):
        if not module.endswith(LEFT_OUT):
            importlib.import_module(module)
    from plotly import graph_objects

    from nnexp.tasks.network import deciding

    deciding.digest()  # of the code that was imported, whoever asks
    graph_objects.Figure([graph_objects.Scatter(x=[1], y=[2]), graph_objects.Heatmap(z=[[1]])]).to_json()
    gc.freeze()  # what a command collects is its own


def run_to_its_end(script: str) -> None:
    """Be the command, and end as Python does, but for clearing away all that it was born with: a fifth of a second."""
    status: int | str | None = None
    try:
        if script:
            runpy.run_path(script, run_name="__main__")
        else:
            runpy.run_module("nnexp", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(status or 0))


if __name__ == "__main__":
    import_everything()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        script = serve(control)
    run_to_its_end(script)
