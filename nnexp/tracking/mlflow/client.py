"""MLflow's client, set so that a store that went away is noticed soon: what it missed is sent later."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mlflow import MlflowClient
from mlflow import entities as ml
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow import inside
from nnexp.tracking.mlflow.location import SQLITE, Location

HTTP = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "8",  # seconds
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # standard output is for results
    **inside.NO_BARS,
}
TRIES = 2  # of two clients that make an experiment at once, one fails


def connect(location: Location) -> MlflowClient:
    """Make a client of a store.

    Raises
    ------
    TrackingError
        If its address is none.
    """
    for name, value in HTTP.items():
        os.environ.setdefault(name, value)
    inside.give_up_soon()
    try:
        client = MlflowClient(location.uri)
    except ValueError as error:
        raise location.unusable(error) from location.cause(error)
    inside.wait_for_locks(client)
    written = Path(location.uri.removeprefix(SQLITE).partition("?")[0]).parent
    if location.file and written != location.file.parent:  # a % or ? in it, and MLflow makes a folder of that name
        with suppress(OSError):
            written.rmdir()
    return client


def experiment_of(client: MlflowClient, location: Location) -> ml.Experiment:
    """Find the experiment, or make it.

    Raises
    ------
    TrackingError
        If it was deleted.
    """
    name, at = location.experiment, location.artifacts  # a server has a place of its own
    tries = TRIES if location.is_database else 1
    for attempt in range(tries):
        try:
            found = client.get_experiment_by_name(name)
            if found and found.lifecycle_stage == ml.LifecycleStage.DELETED:
                raise TrackingError(_deleted(location, str(found.experiment_id)))
            if found:
                return found
            return client.get_experiment(client.create_experiment(name, at.as_uri() if at else None))
        except (MlflowException, SQLAlchemyError):  # another process may just have made it
            if attempt == tries - 1:
                raise
    raise AssertionError("unreachable")


def _deleted(location: Location, number: str) -> str:
    which = f"MLFLOW_TRACKING_URI={SQLITE}{location.file} " if location.file else ""
    restore = f"{which}mlflow experiments restore --experiment-id {number}"
    name = f"experiment {location.experiment} of {location} was deleted, and takes no runs"
    return f"{name}; restore it ({restore}), or name another with MLFLOW_EXPERIMENT_NAME"
