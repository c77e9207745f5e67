"""The sweeps that `nnexp bench --full` times."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from nnexp.cli.bench_sweep import launcher
from nnexp.errors import UnfinishedError
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.session import Session


def test_a_sweep_is_timed_and_leaves_nothing_behind(tmp_path: Path) -> None:
    assert launcher(100)(2, 2) > 0
    assert not [*tmp_path.rglob("mlflow.db")]


def test_a_sweep_that_was_stopped_gives_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "_launch", lambda *_: Outcome(interrupted=signal.SIGINT))
    with pytest.raises(UnfinishedError, match="a sweep to be timed did not finish") as stopped:
        launcher(100)(1, 1)
    assert stopped.value.exit_status == 130
