"""Opening the tracking store, and setting it straight at once. Knows not how anything is said: it is handed `say`."""

from __future__ import annotations

from nnexp.recording.repair import Say, repair
from nnexp.tracking.choose import store_here
from nnexp.tracking.store import Store


def open_store(say: Say) -> Store:
    """Open the store that the environment names, and repair what an earlier command had to leave.

    Raises
    ------
    TrackingError
        If the store cannot be read.
    """
    store = store_here()
    for sentence in repair(store, say).sentences():
        say(sentence)
    return store
