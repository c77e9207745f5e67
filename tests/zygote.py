"""Commands without the wait for their imports: a process that has made them all forks itself for each command.

There is one for all who use a folder: whoever comes first starts it, and it ends when the last has gone.

`Zygote.start` does what `subprocess.Popen([sys.executable, "-m", "nnexp", ...], start_new_session=True)` would, or what
it would with a script of somebody's. Where the start itself is tested (a kill on the way, variables that are read on
import), a test starts the real thing.
"""

from __future__ import annotations

import atexit
import fcntl
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
MISBEHAVIOUR = ROOT / "tests" / "misbehaviour"
ADDRESS = "zygote"
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
    """The process that forks; of this one it hears no more when this one closes it, or is gone."""

    def __init__(self, folder: Path) -> None:
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with alone(folder):
            try:
                self._control.connect(str(folder / ADDRESS))
            except OSError:  # there is none
                begin(folder)
                self._control.connect(str(folder / ADDRESS))

    def start(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: IO[Any], err: IO[Any],
        script: str = "",
    ) -> Forked:  # fmt: skip
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            request = json.dumps([script, list(arguments), str(folder), dict(environment)]).encode()
            socket.send_fds(self._control, [request], [theirs.fileno(), out.fileno(), err.fileno()])
        return Forked(ours)

    def run(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], script: str = "") -> str:
        """Run a command to its end, which must be a good one, for all that it says."""
        with tempfile.TemporaryFile("w+") as log:
            status = self.start(arguments, folder, environment, log, log, script).wait()
            log.seek(0)
            said = log.read()
        assert status == 0, f"{arguments}: {said}"
        return said

    def close(self) -> None:
        self._control.close()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let nobody else begin, join or end the process of a folder meanwhile."""
    with (folder / f"{ADDRESS}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def begin(folder: Path) -> None:
    """Start the process, which leaves whoever started it; it can be connected to at once."""
    (folder / ADDRESS).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(str(folder / ADDRESS))
        door.listen()
        subprocess.run(
            [sys.executable, "-m", "tests.zygote", str(door.fileno()), str(folder)], pass_fds=[door.fileno()],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, check=True,
        )  # fmt: skip


def requests(door: socket.socket, folder: Path) -> Iterator[tuple[bytes, list[int], list[socket.socket]]]:
    """Give each request of anybody, with its descriptors and all who are connected, until all have gone."""
    connected = [door.accept()[0]]
    while connected:
        for ready in select.select([door, *connected], [], [])[0]:
            if ready is door:
                connected.append(door.accept()[0])
                continue
            request, descriptors, *_ = socket.recv_fds(ready, LONGEST, 3)
            if request:
                yield request, descriptors, connected
            else:
                connected.remove(ready)
                ready.close()
        if not connected:
            with alone(folder):
                connected += [door.accept()[0] for _ in select.select([door], [], [], 0)[0]]
                if not connected:
                    door.close()


def serve(door: socket.socket, folder: Path) -> str:
    """Fork for each request until the tests are gone; only a child that is to be a command returns, with its script."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child that waits for a command has ended
    for request, descriptors, connected in requests(door, folder):
        if os.fork() == 0:
            for one in (door, *connected):
                one.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            channel, out, err = descriptors
            wait_for_child(socket.socket(fileno=channel))
            script, *told = json.loads(request)
            become(script, *told, out, err)
            return script
        for descriptor in descriptors:
            os.close(descriptor)
    sys.exit()


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
    if str(MISBEHAVIOUR) in environment.get("PYTHONPATH", ""):  # as a Python that was started would
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

    from nnexp.cli.main import commands
    from nnexp.tasks.network import deciding

    commands()
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
    if os.fork():
        os._exit(0)
    import_everything()
    run_to_its_end(serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])))
