"""A fresh SQLite store, made so that nothing can break it.

MLflow's first migration, run by several processes at once or killed midway, leaves a database that nobody can open
again. So it is made in a folder of its own and linked into place. Write-ahead logging lets MLflow's page read while a
sweep writes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import event
from sqlalchemy.engine import Engine

from nnexp.tracking.mlflow.inside import make_tables


@event.listens_for(Engine, "connect")
def _sync_at_checkpoints(connection: Any, record: Any) -> None:  # noqa: ARG001
    """Sync a write-ahead log when it is checkpointed, not at every commit: it stays whole all the same."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=NORMAL")


def create_sqlite(file: Path) -> None:
    """Make a migrated MLflow database at `file`, whole or not at all, unless there is one.

    Any number of processes may call this at once, and any of them may be killed: each works in a folder of its own,
    and `os.link` lets one of them win.
    """
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    for left in file.parent.glob(".mlflow-new-*"):
        if not psutil.pid_exists(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=f".mlflow-new-{os.getpid()}-") as folder:
        new = Path(folder) / "mlflow.db"
        make_tables(new, file.parent / "mlruns")
        with closing(sqlite3.connect(new)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with suppress(FileExistsError):
            os.link(new, file)
