"""`nnexp ui`: how it begins and ends; what its page shows is test_ui_browser.py's."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.patience import HANGS_S
from tests.server import free_port
from tests.zygote import Zygote

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("port", "wanted"), [(0, "greater than or equal to 1 "), (99999, "less than or equal to 65535 ")]
)
def test_a_port_that_is_none_is_refused(port: int, wanted: str, nnexp: Nnexp) -> None:
    status, out, err = nnexp("ui", "--port", port)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"Invalid value for '--port': Input should be {wanted}" in err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_mlflows_server_ends_with_it(number: int, status: int, database: Path, tmp_path: Path, zygote: Zygote) -> None:
    port = free_port()
    said, ours = os.pipe()
    with open(ours, "w") as out, open(os.devnull, "w") as nowhere:
        command = zygote.start(["ui", "--no-open", "--port", str(port)], tmp_path, dict(os.environ), out, nowhere)
    with open(said) as lines:
        assert str(port) in lines.readline()
        os.kill(command.pid, number)  # it alone, as `kill` and systemd do
        assert command.wait(HANGS_S) == status
    with socket.create_server(("127.0.0.1", port)):  # nobody is there any more
        pass
