"""What nnexp takes from inside MLflow, where nothing is promised from one version to the next.

All of it stands here, but for the tables as they are read (sql.py) and the state of a view (view.py).
tests/tracking/test_inside.py holds the three against the installed version, and says what broke; that the rows are
MLflow's, test_sql_rows.py.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow import MlflowClient
from mlflow import entities as ml
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.store.db import utils as db_utils
from mlflow.store.tracking.dbmodels import models
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME, MLFLOW_USER
from mlflow.utils.uri import append_to_uri_path
from mlflow.utils.validation import _validate_batch_log_data
from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from mlflow.models import Model, ModelSignature

RETRIES = 4  # MLflow's 10 mean that a mistyped address is noticed after 100 seconds
LOCKED_MS = 8_000  # MLflow waits for 20 seconds, in which nothing new is trained
NO_BARS = {"MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}  # of files that are copied, where tqdm is installed
WAITS = "PRAGMA busy_timeout"
WAIT = f"{WAITS} = {LOCKED_MS}"

RUNS, TAGS, PARAMS = models.SqlRun.__table__, models.SqlTag.__table__, models.SqlParam.__table__
METRICS, LATEST = models.SqlMetric.__table__, models.SqlLatestMetric.__table__
NAME, USER = MLFLOW_RUN_NAME, MLFLOW_USER
SOURCE = {"source_type": "UNKNOWN", "source_name": "", "source_version": "", "entry_point_name": ""}  # of every run

logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # whoever calls says what failed
logging.getLogger("mlflow.pyfunc").setLevel(logging.WARNING)  # each step of saving a model
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)


def unenforced(signature: ModelSignature) -> ModelSignature:
    """Have MLflow hand a model whatever comes: it holds a signature to its one type and shape, unless hints made it."""
    signature._is_signature_from_type_hint = True
    return signature


def forget_paths(model: Model, folder: Path) -> None:
    """Have a saved model's description not name the folders of this machine that its files were copied from."""
    flavor = model.flavors["python_function"]
    flavor["model_code_path"] = Path(flavor["model_code_path"]).name
    for artifact in flavor["artifacts"].values():
        artifact["uri"] = artifact["path"]
    model.save(str(folder / "MLmodel"))


def make_tables(file: Path) -> None:
    """Make MLflow's tables in a new SQLite database."""
    SqlAlchemyStore(f"sqlite:///{file}", file.parent.as_uri()).engine.dispose()


def give_up_soon() -> None:
    """Have MLflow try a database that does not answer a few times, for a second, and not for minutes."""
    db_utils.MAX_RETRY_COUNT = RETRIES


def engine_of(client: MlflowClient) -> Engine | None:
    """Give the connections to a database; of a server there are none."""
    engine: Engine | None = getattr(client._tracking_client.store, "engine", None)
    return engine


def wait_for_locks(client: MlflowClient) -> None:
    """Have MLflow wait for as long as for a server where another process has a SQLite database locked."""
    engine = engine_of(client)
    if engine is not None:
        event.listen(engine, "before_cursor_execute", _shorter, retval=True)


def _shorter(
    _connection: object, _cursor: object, statement: str, parameters: object, *_: object
) -> tuple[str, object]:
    return (WAIT if statement.startswith(WAITS) else statement), parameters


def close(client: MlflowClient) -> None:
    """Close the connections to a database: SQLite's last one brings what stands in its log into the file itself."""
    engine = engine_of(client)
    if engine is not None:
        engine.dispose()


def artifacts_at(uri: str, store: str) -> ArtifactRepository:
    """Open the artifacts of one run: the client would ask the store where they are for each of them."""
    return get_artifact_repository(uri, tracking_uri=store)


def artifacts_of(root: str, run_id: str) -> str:
    """Give the address of a run's artifacts beneath that of its experiment's."""
    return str(append_to_uri_path(root, run_id, SqlAlchemyStore.ARTIFACTS_FOLDER_NAME))


def checked(
    metrics: Iterable[str], params: Mapping[str, str], tags: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Have MLflow refuse what it does not take, and shorten parameters and tags that are too long to it."""
    _, kept, set_ = _validate_batch_log_data(
        [ml.Metric(name, 0.0, 0, 0) for name in metrics],
        [ml.Param(name, value) for name, value in params.items()],
        [ml.RunTag(name, value) for name, value in tags.items()],
    )
    return {param.key: param.value for param in kept}, {tag.key: tag.value for tag in set_}
