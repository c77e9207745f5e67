"""Whatever a store's layers raise, as one error of one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException
from requests.exceptions import RequestException
from sqlalchemy.exc import SQLAlchemyError

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow.location import Location


@contextmanager
def store_errors(location: Location) -> Iterator[None]:
    """Turn whatever the store's layers raise into a `TrackingError` of one line."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, RequestException, sqlite3.Error, OSError, ImportError) as error:
        if isinstance(error, TrackingError):
            raise
        reason = " ".join(str(error).split())[:300]
        raise TrackingError(f"the tracking store {location} cannot be used: {reason}") from error
