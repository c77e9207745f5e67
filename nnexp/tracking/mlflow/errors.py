"""Whatever a store's layers raise, as one error of one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException
from requests.exceptions import ConnectionError as NotReachedError
from requests.exceptions import RequestException, Timeout
from sqlalchemy.exc import SQLAlchemyError

from nnexp.errors import NoAnswerError, TrackingError
from nnexp.tracking.mlflow.location import Location, causes


@contextmanager
def store_errors(location: Location) -> Iterator[None]:
    """Turn whatever the store's layers raise into a `TrackingError` of one line."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, RequestException, sqlite3.Error, OSError, ImportError) as error:
        if isinstance(error, TrackingError):
            raise
        chain = [*causes(error)]
        if any(isinstance(one, NotReachedError | Timeout) for one in chain):
            why = next((one.strerror for one in reversed(chain) if isinstance(one, OSError) and one.strerror), "")
            silent = any(isinstance(one, Timeout | TimeoutError) for one in chain)
            raise (NoAnswerError if silent else TrackingError)(
                f"the tracking store {location} cannot be reached: {why or 'no answer'}; {location.asked}"
            ) from location.cause(error)
        if any(isinstance(one, sqlite3.OperationalError) and "locked" in str(one) for one in chain):
            locked = "is locked by another process; end what has it open"
            raise TrackingError(f"the tracking store {location} {locked}") from location.cause(error)
        raise location.unusable(error) from location.cause(error)
