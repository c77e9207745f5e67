"""A network of a table, and not of pictures, is asked and exported as what it is."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow import pyfunc


@pytest.mark.filterwarnings("ignore")  # MLflow's own
def test_a_table_is_asked_about_by_row_and_its_export_knows_its_columns(nnexp, database: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    kinds = np.array(["oak", "ash", "elm"])[np.arange(120) % 3]
    table = pd.DataFrame({"height": rng.normal(20, 3, 120), "leaf": np.arange(120) % 3 + rng.normal(0, 0.1, 120)})
    table.assign(kind=kinds).to_csv(tmp_path / "trees.csv", index=False)
    path = f"dataset.path={tmp_path / 'trees.csv'}"
    assert nnexp("train", "hidden=4", "epochs=20", "eta=1", "init=scaled", "dataset=folder", path)[0] == 0
    [run] = json.loads(nnexp("runs", "--json")[1])

    status, out, _ = nnexp("predict", run["run_id"], "--index", 0)
    assert status == 0
    assert {"height", "leaf", "oak", "ash", "elm"} <= set(out.split())
    status, _, err = nnexp("predict", run["run_id"], "--image", "tree.png")
    assert status == 2
    told = "nnexp: --image and --png are for pictures, but this network was trained on rows of 2 values"
    assert err.splitlines()[-1] == told

    nnexp("export", run["run_id"], "--to", tmp_path / "exported")
    model = pyfunc.load_model(str(tmp_path / "exported" / "model"))
    shuffled = table[["leaf", "height"]].assign(kind=kinds)
    named = model.predict(shuffled, params={"names": True})
    np.testing.assert_array_equal(named, model.predict(table.to_numpy(), params={"names": True}))
    assert (named == kinds).mean() > 0.9
    [asked] = json.loads(nnexp("predict", run["run_id"], "--index", 0, "--json")[1])
    np.testing.assert_allclose(model.predict(model.input_example)[0], list(asked["outputs"].values()), atol=1e-5)
