"""A store that the version before claims and digests of files wrote is of use as if it had been written today.

format-2.tar.xz is such a store of four runs of a sweep and one more, with what that version itself said of it
(runs.json, compare.json). It is unpacked elsewhere, so its artifacts lie beside it and not where they are said to.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnexp.config.value import parse_values
from nnexp.tasks.network import deciding
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Tag

Nnexp = Callable[..., tuple[int, str, str]]

STORE = Path(__file__).with_name("format-2.tar.xz")
NAMES = ["784-2-10 seed=0", "784-2-10 seed=1", "784-3-10 seed=0", "784-3-10 seed=1"]


@pytest.fixture(scope="module")
def decoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where MNIST is kept decoded, for all of these tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def old(isolated: Path, decoded: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, unpacked where nnexp looks for it."""
    shutil.copy(kept, decoded)
    monkeypatch.setenv("NNEXP_CACHE", str(decoded))
    with tarfile.open(STORE) as archive:
        archive.extractall(isolated, filter="data")
    return isolated


def said(name: str) -> Any:
    return json.loads(Path(name).read_text())


def test_runs_are_listed_as_they_were(nnexp: Nnexp) -> None:
    status, out, err = nnexp("runs", "--json")
    assert (status, err) == (0, "")
    for now, then in zip(json.loads(out), said("runs.json"), strict=True):
        assert now | then | {"params": parse_values(then["params"])} == now  # more is told than was then


def test_a_comparison_comes_to_the_same(nnexp: Nnexp) -> None:
    status, out, _ = nnexp("compare", "before", "--json")
    assert status == 0
    now = json.loads(out)
    assert now | said("compare.json") == now  # of what it said then, nothing has changed


def test_nothing_is_amiss(nnexp: Nnexp) -> None:
    """Whether the folders of its runs are there or not."""
    for gone in ("multirun", "outputs"):
        status, out, _ = nnexp("doctor")
        assert (status, out.splitlines()[-1]) == (0, "all is well")
        shutil.rmtree(gone)


def test_its_runs_are_reused(nnexp: Nnexp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their keys are those that a run has today, were the code that decides the numbers still theirs."""
    (code,) = {run.tags[Tag.CODE] for run in MlflowStore(Location.from_environment()).runs()}
    monkeypatch.setattr(deciding, "digest", lambda: code)
    status, _, err = nnexp("sweep", "before")
    assert status == 0, err
    assert "4 of 4 runs are finished already and are reused" in " ".join(err.split())
    assert nnexp("train", "hidden=4", "epochs=1")[1].count("874999faa093") == 1


def test_its_runs_are_trained_again_to_the_same_bits(nnexp: Nnexp) -> None:
    """Of the compiled kernel, whatever the machine; without it, the reason is told."""
    status, out, err = nnexp("rerun", "before", "--json")
    verdicts = json.loads(out)
    assert sorted(verdict["name"] for verdict in verdicts) == NAMES, err
    if all(verdict["answer"] == "identical" for verdict in verdicts):
        assert status == 0
    else:
        assert status == 2
        assert all("was not built" in verdict["reason"] for verdict in verdicts)


def test_its_networks_answer(nnexp: Nnexp) -> None:
    run_id = said("runs.json")[0]["run_id"]
    status, out, err = nnexp("predict", run_id, "--index", 1)
    assert status == 0, err
    assert "the network says" in out
