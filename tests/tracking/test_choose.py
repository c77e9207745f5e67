"""Which store is meant is said in one place, and no command depends on which it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nnexp.errors import TrackingError
from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.mlflow.store import MlflowStore

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNEXP_STORE", "memory")


def test_it_is_mlflows_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(choose.store_here(), MlflowStore)
    monkeypatch.setenv("NNEXP_STORE", "notebook")
    with pytest.raises(
        TrackingError, match=f"NNEXP_STORE must be one of {', '.join(choose.STORES)}, but got 'notebook'"
    ):
        choose.store_here()


def test_the_store_in_memory_is_one(in_memory: None) -> None:
    assert isinstance(choose.store_here(), MemoryStore)
    assert choose.store_here() is choose.store_here()


def test_commands_work_on_any_store(in_memory: None, nnexp: Nnexp, tiny_data: Path, tmp_path: Path) -> None:
    data = ("dataset=folder", f"dataset.path={tiny_data}", "hidden=5", "epochs=2")
    for seed in (0, 1):
        assert nnexp("train", f"seed={seed}", *data)[0] == 0
    runs = json.loads(nnexp("runs", "--json")[1])
    assert [run["params"]["seed"] for run in runs] == [1, 0]
    assert nnexp("show", runs[0]["run_id"])[0] == 0
    assert nnexp("rerun", runs[0]["run_id"])[0] == 0
    assert "all is well" in nnexp("doctor")[1]
    assert not (tmp_path / "mlflow.db").exists()


def test_mlflows_page_shows_no_other_store(in_memory: None, nnexp: Nnexp) -> None:
    status, _, err = nnexp("ui", "--no-open")
    assert (status, err.count("\n")) == (2, 1)
    assert "runs are kept in the memory of this process" in err
