"""Which store is meant: the one place that knows every kind.

To add a kind: a module that keeps the contract of tracking/store.py, and a line in `STORES`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache

from nnexp.errors import TrackingError
from nnexp.tracking.store import Experiments, RunStore, Store


def store_here() -> Store:
    """Give the store that the environment names (NNEXP_STORE; MLflow's unless it says otherwise).

    Nothing is opened yet: a store is read when it is asked something, and written when there is something to write.
    """
    kind = os.environ.get("NNEXP_STORE") or "mlflow"
    if kind not in STORES:
        raise TrackingError(f"NNEXP_STORE must be one of {', '.join(STORES)}, but got {kind!r}")
    return STORES[kind]()


def experiment_here(name: str) -> RunStore:
    """Give another experiment of the store that the environment names, to be read.

    Raises
    ------
    TrackingError
        If the store is none that has experiments.
    """
    store = store_here()
    if not isinstance(store, Experiments):
        raise TrackingError(f"{store} has no experiments; NNEXP_STORE=mlflow names one that has")
    return store.experiment(name)


def store_at(where: str, experiment: str | None = None) -> Store:
    """Give another store, to be read: a database file, its folder, or an address; nothing of it is altered.

    Its experiment is the one that is used here, unless one is named.

    Raises
    ------
    TrackingError
        If there is none.
    """
    from nnexp.tracking.mlflow.location import Location
    from nnexp.tracking.mlflow.store import MlflowStore

    return MlflowStore(Location.at(where, experiment or Location.from_environment().experiment), only_read=True)


def are_one(store: Store, other: Store) -> bool:
    """Tell whether two stores are the same, by whatever address or link they were named."""
    from nnexp.tracking.mlflow.store import MlflowStore

    if isinstance(store, MlflowStore) and isinstance(other, MlflowStore):
        return store.location.is_same(other.location)
    return store is other


def store_at_hand() -> RunStore | None:
    """Give what reads the store that the environment names, if it is one that nothing is waited for: no server's.

    Raises
    ------
    TrackingError
        If there can be no such store.
    """
    if (os.environ.get("NNEXP_STORE") or "mlflow") != "mlflow":
        return store_here()
    from nnexp.tracking.mlflow.location import Location

    location = Location.from_environment()
    if location.file is None:
        return None
    from nnexp.tracking.mlflow.sql import SqlReader

    return SqlReader(location)


def _mlflow() -> Store:
    from nnexp.tracking.mlflow.location import Location
    from nnexp.tracking.mlflow.store import MlflowStore

    return MlflowStore(Location.from_environment())


@lru_cache(maxsize=1)
def _memory() -> Store:
    """Give the one store in memory: whatever this process asks of it, it remembers."""
    from nnexp.tracking.memory import MemoryStore

    return MemoryStore()


STORES: dict[str, Callable[[], Store]] = {"mlflow": _mlflow, "memory": _memory}
