"""`nnexp rerun` and `nnexp sweep --verify` as they are typed."""

import json
import sqlite3
from contextlib import closing

import pytest

from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.records import Kind, Status, Tag


@pytest.fixture
def store(database):
    return SqlReader(Location(f"sqlite:///{database}", "nnexp"))


@pytest.fixture
def run_id(nnexp, store, tiny_data):
    """One recorded run."""
    status, _, err = nnexp("train", "dataset=folder", f"dataset.path={tiny_data}", "hidden=5", "epochs=3")
    assert status == 0, err
    return store.runs()[0].run_id


def test_a_run(nnexp, store, run_id):
    status, out, err = nnexp("rerun", run_id[:8])
    assert (status, out.count("identical in all 3 epochs")) == (0, 1), err
    assert store.runs()[0].tags[Tag.VERIFIED].startswith("identical")
    assert store.runs(Kind.RERUN)[0].status is Status.FINISHED
    assert len(store.runs()) == 1


def test_json(nnexp, run_id):
    status, out, _ = nnexp("rerun", run_id, "--until", "2", "--json")
    verdict = json.loads(out)[0]
    assert (status, verdict["answer"], verdict["parted"], verdict["differences"]) == (0, "identical", None, [])
    assert verdict["summary"] == "identical in the first 2 of 3 epochs"


def test_a_sweep_and_its_verification(nnexp, store, tiny_data, isolated):
    (isolated / "sweeps").mkdir()
    (isolated / "sweeps" / "tiny.yaml").write_text(
        "defaults: [config, override dataset: folder, _self_]\n"
        f"dataset: {{path: {tiny_data}}}\nhidden: 5\nepochs: 2\nhydra: {{sweeper: {{params: {{seed: 'range(3)'}}}}}}\n"
    )
    status, out, err = nnexp("sweep", "tiny", "--verify", "0.5")
    assert (status, out.count("2 runs: 2 identical")) == (0, 1), err
    assert sum(Tag.VERIFIED in run.tags for run in store.runs()) == 2
    status, out, err = nnexp("rerun", "tiny")
    assert (status, out.count("3 runs: 3 identical")) == (0, 1), err
    status, _, err = nnexp("sweep", "tiny", "--verify", "1.5")
    assert (status, err.count("verify must be a part of the runs above 0 and up to 1, like 0.1")) == (2, 1)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE params SET value = '2.5' WHERE key = 'eta'", "eta is 3.0 in config.json and 2.5 among"),
        ("UPDATE params SET value = '4' WHERE key = 'seed'", "seed is 0 in config.json and 4 among"),
        ("UPDATE tags SET value = 'f' WHERE key = 'nnexp.key'", "but nnexp.key says f"),
        (
            "UPDATE runs SET artifact_uri = 'file:///etc'",
            "its artifacts are said to lie in file:///etc, where they are neither read nor written",
        ),
    ],
    ids=["eta", "seed", "key", "folder"],
)
def test_a_database_that_was_changed(nnexp, database, run_id, change, named):
    with closing(sqlite3.connect(database)) as open_database, open_database:
        open_database.execute(change)
    status, out, _ = nnexp("rerun", run_id)
    assert (status, out.count(named)) == (2, 1), out


def test_an_artifact_that_leads_elsewhere(nnexp, run_id, isolated):
    file = next(isolated.glob(f"**/{run_id}/artifacts/config.json"))
    file.rename(isolated / "elsewhere.json")
    file.symlink_to(isolated / "elsewhere.json")
    status, out, _ = nnexp("rerun", run_id)
    assert (status, out.count("config.json is a link, which is not followed")) == (2, 1), out
