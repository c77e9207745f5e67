"""A process is known to live, or not to, by a lock that ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nnexp import places
from nnexp.tracking import life
from nnexp.tracking.life import Life

LIVE = "from nnexp.tracking.life import Life; mine = Life(); print(mine.name, flush=True); input()"


@pytest.mark.parametrize("end", ["its end", "SIGKILL"])
def test_another_lives_until_it_is_gone(end: str) -> None:
    mine = Life()
    command = [sys.executable, "-c", LIVE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        name = other.stdout.readline().strip()
        assert mine.of(name) is True
        if end == "SIGKILL":
            os.kill(other.pid, signal.SIGKILL)
        else:
            other.communicate("\n")
        other.wait()
        assert mine.of(name) is False
    assert [file.name for file in (places.state() / "alive").iterdir()] == [mine.name]


def test_what_is_long_gone_leaves_nothing() -> None:
    old, new = Life().name, Life()
    for name in (old, new.name):
        os.utime(places.state() / "alive" / name, (0, 0))
    mine = Life()
    assert {file.name for file in (places.state() / "alive").iterdir()} == {mine.name, new.name}


def test_of_another_machine_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Life()
    monkeypatch.setattr(life, "_kernel", lambda: "00000000")
    mine = Life()
    assert mine.of(other.name) is None
    assert mine.of("00000000-nobody") is None
    assert mine.of("00000000-/../../x") is None


def test_where_nothing_can_be_kept_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NNEXP_STATE", str(tmp_path / "file"))
    assert Life().of(Life().name) is None
