"""Opening the tracking store, and setting it straight at once."""

from __future__ import annotations

from nnexp.cli.console import say
from nnexp.recording.repair import repair
from nnexp.tracking.choose import store_here
from nnexp.tracking.store import Store


def open_store() -> Store:
    """Open the store that the environment names, and repair what an earlier command had to leave.

    Raises
    ------
    TrackingError
        If the store cannot be read.
    """
    store = store_here(say)
    for sentence in repair(store, say).sentences():
        say(sentence)
    return store
