"""MLflow's client, set so that a store that went away is noticed soon: what it missed is sent later."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mlflow import MlflowClient

from nnexp.tracking.mlflow import inside
from nnexp.tracking.mlflow.location import SQLITE, Location

HTTP = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "8",  # seconds
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # standard output is for results
}


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
    written = Path(location.uri.removeprefix(SQLITE).partition("?")[0]).parent
    if location.file and written != location.file.parent:  # a % or ? in it, and MLflow makes a folder of that name
        with suppress(OSError):
            written.rmdir()
    return client
