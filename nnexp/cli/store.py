"""Opening the tracking store, and setting it straight at once."""

from __future__ import annotations

from nnexp.cli.console import say
from nnexp.sweep.repair import repair
from nnexp.tracking.location import Location
from nnexp.tracking.mlflow import MlflowTracker


def open_store() -> MlflowTracker:
    """Open the store that the environment names, and repair what an earlier command had to leave.

    Raises
    ------
    TrackingError
        If the store cannot be used.
    """
    store = MlflowTracker(Location.from_environment())
    for sentence in repair(store, say).sentences():
        say(sentence)
    return store
