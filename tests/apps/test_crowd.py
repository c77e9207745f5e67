"""A few runs on a PostgreSQL server that is killed; `python -m tests.crowd` tries many."""

from contextlib import closing

import pytest

from tests.crowd import FATES, Database, app_in, meet, sweep


@pytest.mark.xdist_group("postgres")
def test_a_server_that_dies_costs_nothing(tmp_path, monkeypatch, zygote):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "pg"))
    with closing(Database(tmp_path / "pg")) as database, closing(app_in(tmp_path / "app", zygote, database.uri)) as app:
        meet(app, 3)
        app.experiment = app.environment["MLFLOW_EXPERIMENT_NAME"] = "crowd"
        sweep(app, database, FATES[-1], runs=16, workers=4)
