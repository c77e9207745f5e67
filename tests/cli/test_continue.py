"""`nnexp train epochs=4` after `epochs=2`: what is typed, what is said, and what other commands make of such a run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pytest

from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Tag

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def train(nnexp: Nnexp, tiny_data: str, database: str) -> Nnexp:
    def type_train(*arguments: object) -> tuple[int, str, str]:
        status, out, err = nnexp("train", *arguments, "dataset=folder", f"dataset.path={tiny_data}", "hidden=5")
        assert status == 0, err
        return status, out, err

    return type_train


@pytest.fixture
def store(database: str) -> MlflowStore:
    return MlflowStore(Location.from_environment())


def digest(out: str) -> str:
    return re.findall(r"digest (\w{12})", out)[-1]


def test_it_goes_on_and_says_so_and_comes_to_the_same(train: Nnexp, store: MlflowStore, nnexp: Nnexp) -> None:
    train("epochs=2")
    (short,) = store.runs()
    _, out, err = train("epochs=4")
    assert err.count(f": goes on from epoch 2 of run {short.run_id[:8]}\n") == 1
    assert [int(epoch) for epoch in re.findall(r"epoch (\d) of 4", err)] == [3, 4]
    assert re.search(r"after epoch 4, in \d\.\d s from epoch 2 on", " ".join(out.split()))
    _, fresh, err = train("epochs=4", "--fresh")
    assert "goes on" not in err
    assert digest(out) == digest(fresh)
    long = next(run for run in store.runs() if Tag.CONTINUED_FROM in run.tags)
    for command in (["rerun", long.run_id], ["doctor"], ["compare", long.run_id], ["predict", long.run_id]):
        status, out, err = nnexp(*command)
        assert status == 0, (command, out, err)
    status, out, _ = nnexp("show", long.run_id)
    assert "identical in all 4 epochs" in out
    assert f"epoch 2 of {short.run_id}" in out


def test_it_is_certified_and_verified_as_any_other(
    train: Nnexp, store: MlflowStore, nnexp: Nnexp, tiny_data: str
) -> None:
    train("epochs=1")
    train("epochs=3")
    long = next(run for run in store.runs() if Tag.CONTINUED_FROM in run.tags)
    assert nnexp("certify", long.run_id, "--to", "long.json")[0] == 0
    status, out, err = nnexp("verify", "long.json", "--data", tiny_data, "--json")
    assert (status, json.loads(out)["identical"]) == (0, True), err


def test_what_was_altered_is_named_by_doctor_and_not_gone_on_from(
    train: Nnexp, store: MlflowStore, nnexp: Nnexp
) -> None:
    train("epochs=2")
    (short,) = store.runs()
    (file,) = [*store.location.file.parent.rglob(f"{short.run_id}/artifacts/state.npz")]  # type: ignore[union-attr]
    with np.load(file) as arrays:
        altered = {**arrays, "shuffling": arrays["shuffling"] + np.uint64(1)}
    np.savez(file, **altered)
    _, out, err = train("epochs=4")
    assert f"does not go on from run {short.run_id[:8]}: its epochs or its state are not what it left\n" in err
    assert digest(out) == digest(train("epochs=4", "--fresh")[1])
    status, out, _ = nnexp("doctor")
    assert (status, out.count("state.npz in the store is not what the run left")) == (1, 1)
