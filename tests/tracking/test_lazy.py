"""MLflow is imported, and a database made, when something is written; and then before anything is trained."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import RunStart

RUN = RunStart("r", 1)
Nnexp = Callable[..., tuple[int, str, str]]
# Types several commands in one process, and says which of them imported MLflow.
TYPE = """
import json, sys
from nnexp.cli.main import main
for command in json.loads(sys.argv[1]):
    sys.argv = ["nnexp", *command]
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code or 0
    print(f"status {status}{', MLflow imported' * ('mlflow' in sys.modules)}: {' '.join(command)}", file=sys.stderr)
"""
SWEEP = """
defaults: [config, _self_]
hidden: 5
epochs: 2
dataset: {{name: tiny, path: {data}}}
hydra: {{sweeper: {{params: {{seed: range(2)}}}}}}
"""


def typed(*commands: str) -> list[str]:
    """Type commands in a fresh process, and give what became of each."""
    split = json.dumps([command.split() for command in commands])
    ended = subprocess.run([sys.executable, "-c", TYPE, split], capture_output=True, text=True, check=True)
    return [line for line in ended.stderr.splitlines() if line.startswith("status ")]


@pytest.fixture
def data(tiny_data: Path) -> list[str]:
    return ["dataset=folder", f"dataset.path={tiny_data}", "hidden=5", "epochs=2"]


def test_a_command_that_only_looks_imports_no_mlflow(
    nnexp: Nnexp, tiny_data: Path, database: Path, data: list[str]
) -> None:
    Path("sweeps").mkdir()
    Path("sweeps/small.yaml").write_text(SWEEP.format(data=tiny_data))
    for seed in (0, 1):
        assert nnexp("train", f"seed={seed}", *data)[0] == 0
    run = json.loads(nnexp("runs", "--json")[1])[0]["run_id"]
    looks = ["runs", "runs --json", "compare", f"show {run}", f"diff {run} {run}", f"predict {run}", "report"]
    looks += ["sweep small --dry-run"]
    refused = ["train eta=nan", "runs --sweep nothing", "ui nothing", "show nothing"]
    expected = [*(f"status 0: {command}" for command in looks), *(f"status 2: {command}" for command in refused)]
    assert typed(*looks, *refused) == expected


def test_a_command_that_only_looks_makes_no_store(tmp_path: Path, tiny_data: Path) -> None:
    Path("sweeps").mkdir()
    Path("sweeps/small.yaml").write_text(SWEEP.format(data=tiny_data))
    looks = ["runs", "doctor", "sweep small --dry-run"]
    assert typed(*looks) == [f"status 0: {command}" for command in looks]
    assert not (tmp_path / "mlflow.db").exists()


def test_the_first_write_makes_the_store(tmp_path: Path) -> None:
    store = MlflowStore(Location(f"sqlite:///{tmp_path}/mlflow.db", "x"))
    assert (store.exists, store.runs(None)) == (False, [])
    run_id = store.create(RUN)
    assert [run.run_id for run in store.runs(None)] == [run_id]


@pytest.mark.parametrize("there", [True, False], ids=["a store", "no store yet"])
def test_training_need_not_wait_for_mlflow(there: bool, store_file: Path, database: Path, kept: None) -> None:
    if not there:
        database.unlink()
    store, may_import = MlflowStore(Location(f"sqlite:///{database}", "x")), Event()
    importing = store._open
    store._open = lambda: importing() if may_import.wait(60) else None  # type: ignore
    for _ in range(2):
        store.prepare()
    assert database.exists() == there
    may_import.set()
    assert store.create(RUN)


def test_what_went_wrong_meanwhile_is_told_whoever_writes_next_and_tried_again(tmp_path: Path) -> None:
    store = MlflowStore(Location(f"sqlite:///{tmp_path}/new/mlflow.db", "x"))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mlflow.db").mkdir()
    with pytest.raises(TrackingError, match="unable to open database file"):
        store.create(RUN)
    (tmp_path / "new" / "mlflow.db").rmdir()
    assert store.create(RUN)


@pytest.mark.parametrize("arguments", [[], ["-m", "seed=0,1"]], ids=["a run", "a sweep"])
def test_a_store_that_can_be_read_but_not_written_is_refused_before_training(
    arguments: list[str], nnexp: Nnexp, database: Path, data: list[str], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of another MLflow'")
    assert nnexp("runs")[0] == 0
    status, out, err = nnexp("train", *arguments, *data)
    refused = [line for line in err.splitlines() if "mlflow.db cannot be used: " in line]
    assert (status, out, len(refused)) == (2, "", 1)
    assert not list(tmp_path.rglob("epochs.jsonl"))
