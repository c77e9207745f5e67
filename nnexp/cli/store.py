"""Opening the tracking store, and setting it straight at once."""

from __future__ import annotations

from nnexp.cli.console import say
from nnexp.recording import pending
from nnexp.recording.repair import orphans, repair
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.store import RunStore, Store


def open_store() -> Store:
    """Open the store that the environment names for writing, and repair what an earlier command had to leave.

    Raises
    ------
    TrackingError
        If the store cannot be used.
    """
    from nnexp.tracking.mlflow.writer import MlflowStore

    location = Location.from_environment()
    if location.file and not location.file.exists():
        say(f"making the store {location}, a few seconds ...")
    store = MlflowStore(location)
    for sentence in repair(store, say).sentences():
        say(sentence)
    return store


def read_store() -> RunStore:
    """Open the store for reading; MLflow is imported only if it is a server, or if there is something to repair."""
    location = Location.from_environment()
    if not location.is_database:
        return open_store()
    store = SqlReader(location)
    return open_store() if pending.waiting(store.address) or orphans(store) else store
