"""A few runs on a PostgreSQL server that is killed; `python -m tests.crowd` tries many."""

import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.crowd import FATES, Database, app_in, meet, sweep


@pytest.fixture
def place():
    """A folder that the server, which is no user of ours, can start in again: pytest shuts its own to all others."""
    with tempfile.TemporaryDirectory(prefix="nnexp-crowd-") as folder:
        yield folder


@pytest.mark.xdist_group("postgres")
def test_a_server_that_dies_costs_nothing(tmp_path, place, monkeypatch, zygote):
    pg = Path(place, "pg")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(pg))
    with closing(Database(pg)) as database, closing(app_in(tmp_path / "app", zygote, database.uri)) as app:
        meet(app, 3)
        app.experiment = app.environment["MLFLOW_EXPERIMENT_NAME"] = "crowd"
        sweep(app, database, FATES[-1], runs=16, workers=4)
