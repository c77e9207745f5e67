"""A fresh SQLite store, made so that nothing can break it, and soon.

MLflow's first migration, run by several processes at once or killed midway, leaves a database that nobody can open
again. So it is made in a folder of its own and linked into place. It also takes seconds, with MLflow's import: an empty
database is kept, and others are copies of it. Write-ahead logging lets MLflow's page read while a sweep writes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError

from nnexp import places
from nnexp.tracking.mlflow.location import ARTIFACTS

UNFINISHED = ".mlflow-new-"
FILES = "files"  # what a connection is to


@event.listens_for(Engine, "connect")
def _sync_at_checkpoints(connection: Any, record: Any) -> None:  # noqa: ARG001
    """Sync a write-ahead log when it is checkpointed, not at every commit: it stays whole all the same."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=NORMAL")


@cache  # MLflow has one engine for a database, however often it is opened
def leave_what_was_replaced(engine: Engine, file: Path) -> None:
    """Have kept connections give way to new ones where the database, or its log, is another file by now.

    SQLite itself would go on writing into a file that is gone, and say nothing; nor is a new one made in its place.
    """
    names = (str(file), f"{file}-wal")

    def remember(_connection: Any, record: Any) -> None:
        record.info.setdefault(FILES, [*map(_identity, names)])

    def compare(_connection: Any, record: Any, _: Any) -> None:
        if FILES in record.info and record.info[FILES] != [*map(_identity, names)]:
            raise DisconnectionError

    def refuse(*_: Any) -> None:
        if not file.exists():
            raise sqlite3.OperationalError("its file is gone")

    event.listen(engine, "do_connect", refuse)
    event.listen(engine, "checkin", remember)
    event.listen(engine, "checkout", compare)


def _identity(name: str) -> tuple[int, int] | None:
    """Tell which file goes by a name, if one does."""
    try:
        found = os.stat(name)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def create_sqlite(file: Path) -> None:
    """Make a migrated MLflow database at `file`, whole or not at all, unless there is one.

    Any number of processes may call this at once, and any of them may be killed: each works in a folder of its own,
    and `os.link` lets one of them win. What the killed have left goes when nobody is at work, which a lock proves.
    """
    if file.exists() and not _left(file):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(file.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
            for folder in _left(file):
                shutil.rmtree(folder, ignore_errors=True)
        _locked(lock, fcntl.LOCK_SH)
        if not file.exists():
            _make(file)
    finally:
        os.close(lock)


def _make(file: Path) -> None:
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=UNFINISHED) as folder:
        new = Path(folder) / "mlflow.db"
        if schema_kept() is None:
            _migrate(new)
            _keep(new)
        else:
            shutil.copyfile(_kept(), new)
        _finish(new, file.parent / ARTIFACTS)
        with suppress(FileExistsError):
            os.link(new, file)


def _left(file: Path) -> list[Path]:
    return [*file.parent.glob(f"{UNFINISHED}*")]


def _locked(lock: int, how: int) -> bool:
    """Lock a folder; a file system without locks locks nothing."""
    try:
        fcntl.flock(lock, how)
    except OSError:
        return False
    return True


def schema_kept() -> str | None:
    """Tell which version of its tables the installed MLflow makes, if an empty database of its is kept."""
    try:
        with closing(sqlite3.connect(f"{_kept().as_uri()}?mode=ro", uri=True)) as database:
            ((whole,),) = database.execute("PRAGMA quick_check(1)")
            ((schema,),) = database.execute("SELECT version_num FROM alembic_version")
    except (sqlite3.Error, ValueError):
        return None
    return str(schema) if whole == "ok" else None


def _kept() -> Path:
    return places.cache().absolute() / f"mlflow-{version('mlflow')}.db"


def _migrate(new: Path) -> None:
    from nnexp.tracking.mlflow.inside import make_tables

    make_tables(new)
    with closing(sqlite3.connect(new)) as database:
        database.execute("PRAGMA journal_mode=DELETE")  # one file, and whole


def _keep(new: Path) -> None:
    """Keep a copy of an empty database, where that can be written."""
    with suppress(OSError):
        _kept().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_kept().parent) as folder:
            os.replace(shutil.copy(new, folder), _kept())


def _finish(new: Path, artifacts: Path) -> None:
    """Say where the artifacts go that nobody says otherwise of, and switch write-ahead logging on."""
    with closing(sqlite3.connect(new)) as database:
        with database:
            database.execute("UPDATE experiments SET artifact_location = ?", [f"{artifacts.as_uri()}/0"])
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
