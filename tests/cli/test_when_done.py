"""`--when-done`: a command or a URL hears how a sweep ended and what it answers, which changes nothing of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from nnexp.cli import post, when_done
from nnexp.cli.when_done import WhenDone, taken_from
from nnexp.errors import UnfinishedError
from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sweep(monkeypatch: pytest.MonkeyPatch, tiny_data: Path, nnexp: Nnexp) -> Callable[..., tuple[int, str, str]]:
    """Sweep over two settings in a store in memory."""
    store = MemoryStore()
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: store)
    data = ["dataset=folder", f"dataset.path={tiny_data}", "dataset.split=book", "epochs=1", "hydra.launcher.jobs=1"]
    return lambda *more: nnexp("train", "-m", "hidden=3,5", *data, *more)


class Heard(BaseHTTPRequestHandler):
    """Notes what it is sent, and answers as its server is told to."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, self.headers.get("Authorization"), json.loads(content)))  # type: ignore[attr-defined]
        self.send_response(self.server.answer)  # type: ignore[attr-defined]
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def server(answer: int = 204) -> Iterator[Any]:
    made: Any = HTTPServer(("127.0.0.1", 0), Heard)
    made.heard, made.answer = [], answer
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_a_command_reads_what_came_out(sweep: Any, tmp_path: Path) -> None:
    status, out, err = sweep("--when-done", "cat >told.json; echo heard | tr h H")
    told = json.loads((tmp_path / "told.json").read_text())
    assert status == 0
    assert {name: told[name] for name in ("sweep", "status", "running", "finished", "failed", "runs")} == {
        "sweep": "multirun", "status": "FINISHED", "running": False, "finished": 2, "failed": 0, "runs": 2,
    }  # fmt: skip
    assert told["run_ids"].keys() == {"hidden=3", "hidden=5"}
    assert (told["answer"] in " ".join(out.split()), "Heard\n" in err, "Heard" in out) == (True, True, False)


def test_it_is_told_the_answer_to_what_was_asked(sweep: Any, tmp_path: Path) -> None:
    _, out, _ = sweep("seed=0,1,2", "hydra.launcher.worthwhile=60", "--when-done", "cat >told.json")
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["worthwhile"] == 0.6
    assert told["answer"] in " ".join(out.split())


def test_it_is_told_of_a_sweep_in_which_runs_failed_and_keeps_its_status(sweep: Any, tmp_path: Path) -> None:
    status, _, err = sweep("eta=1e300", "--when-done=cat >told.json; exit 3")
    told = json.loads((tmp_path / "told.json").read_text())
    assert (told["status"], told["failed"], told["finished"], status) == ("FAILED", 2, 0, 1)
    assert "nnexp: --when-done: the command ended with 3; the sweep is as it was\n" in err


def test_one_whose_command_is_not_told_is_as_it_was(sweep: Any) -> None:
    status, _, err = sweep("--when-done", "no-such-command-here")
    assert status == 0
    assert "nnexp: --when-done: the command ended with 127; the sweep is as it was\n" in err


def test_a_url_is_sent_it_with_its_login_and_neither_is_told(sweep: Any) -> None:
    with server() as listening:
        status, out, err = sweep("--when-done", f"http://me:s3cret@127.0.0.1:{listening.server_port}/hook?token=t0ken")
    [(path, login, told)] = listening.heard
    assert (path, login, told["status"], status) == ("/hook?token=t0ken", "Basic bWU6czNjcmV0", "FINISHED", 0)
    assert not [secret for secret in ("s3cret", "t0ken") if secret in out + err]


def test_a_named_sweep_says_what_it_is_without_who_is_told(nnexp: Nnexp) -> None:
    status, out, err = nnexp("sweep", "quick", "--dry-run", "--when-done", "http://somewhere/t0ken")
    assert (status, "this is: nnexp train -m --config-name quick" in err, "t0ken" in out + err) == (0, True, False)


@pytest.mark.parametrize(
    ("answer", "told"), [(500, "127.0.0.1 answered 500"), (302, "127.0.0.1 answered 302")], ids=str
)
def test_a_url_that_does_not_take_it_is_named_by_its_host_alone(answer: int, told: str) -> None:
    with server(answer) as listening, pytest.raises(UnfinishedError, match=f"^{told}$"):
        WhenDone(f"http://me:s3cret@127.0.0.1:{listening.server_port}/t0ken").send(b"{}")
    assert len(listening.heard) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/t0ken", "http://127.0.0.1/t0 ken", "http://127.0.0.1:x/t0ken"])
def test_what_cannot_be_asked_is_told_without_what_may_be_secret(url: str) -> None:
    with pytest.raises(UnfinishedError, match=r"^127\.0\.0\.1 cannot be asked") as raised:
        WhenDone(url).send(b"{}")
    assert "ken" not in str(raised.value)


def test_a_url_that_gives_no_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(post, "DEADLINE_S", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(UnfinishedError, match=r"^127\.0\.0\.1 gave no answer in 0 s$"):
            WhenDone(f"http://127.0.0.1:{port}/").send(b"{}")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "ftp://host/t0ken",
        "FILE:///tmp/x",
        "http://",
        "https:///path",
        "http://[::1/",
        "http://a:b/",
        "http://a:99999/",
        "http://a b/",
    ],
)
def test_what_tells_nobody_is_refused_before_anything_runs(typed: str, sweep: Any) -> None:
    told = "--when-done must be given a command, or a URL that begins with http:// or https:// and a host"
    assert sweep("--when-done", typed) == (2, "", f"nnexp: {told}\n")


def test_a_command_is_waited_for_so_long_and_said_to_be(sweep: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(when_done, "DEADLINE_S", 0.1)
    status, _, err = sweep("--when-done", "trap '' TERM; sleep 600 & wait")
    assert status == 0
    assert "nnexp: --when-done: the command is waited for, 0.1 s at the most; Ctrl-C ends it\n" in err
    assert "nnexp: --when-done: the command was not over in 0.1 s, and was ended; the sweep is as it was\n" in err


def test_what_a_command_leaves_behind_is_said_to_end_with_it(sweep: Any) -> None:
    status, _, err = sweep("--when-done", "sleep 600 & echo told")
    assert (status, "told\n" in err) == (0, True)
    assert "nnexp: --when-done: the command left 1 process behind, which ended with it\n" in err


TELL = """
from nnexp.cli.ending import run_to_its_end
from nnexp.cli.when_done import WhenDone
run_to_its_end(lambda standalone_mode: WhenDone("sleep 600 & echo begun; wait").send(b"{}"))
"""


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_whatever_a_command_has_started_ends_with_whoever_waits_for_it(sent: signal.Signals, status: int) -> None:
    with subprocess.Popen([sys.executable, "-c", TELL], stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stderr
        assert any(line == "begun\n" for line in waiting.stderr)
        waiting.send_signal(sent)  # to nobody else
        assert waiting.communicate(timeout=60)[1] == ""  # to its end, when nobody is left to write there
        assert waiting.returncode == status


def test_a_flag_of_somebody_elses_command_is_left_to_it() -> None:
    alert, rest = taken_from(["-m", "--when-done", "cat", "lr=1", "--", "train", "--when-done=x"])
    assert (alert, rest) == (WhenDone("cat"), ["-m", "lr=1", "--", "train", "--when-done=x"])


def test_a_single_run_has_no_sweep_to_tell_of(nnexp: Nnexp) -> None:
    told = "nnexp: --when-done tells that a sweep is over; one run is none: nnexp train -m …\n"
    assert nnexp("train", "--when-done", "cat") == (2, "", told)


def test_a_dry_run_tells_nobody(sweep: Any, tmp_path: Path) -> None:
    assert sweep("hydra.launcher.dry_run=true", "--when-done", "cat >told.json")[0] == 0
    assert not (tmp_path / "told.json").exists()
