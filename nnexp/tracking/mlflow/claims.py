"""The claims on an MLflow store: a file's are the kernel's to keep, a PostgreSQL database's its own, a server's leases.

Another database keeps none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import TextClause, create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from nnexp.tracking.claims import Claims, FileClaims, NoClaims, number_of
from nnexp.tracking.mlflow.location import Location


def claims_on(location: Location, reached: Callable[[], AbstractContextManager[None]]) -> Claims:
    """Give the claims on a store; `reached` is entered around every request to a server."""
    if location.file:
        return FileClaims(location.file.with_name(f"{location.file.name}-claims"))
    if location.is_database:
        return PostgresClaims(location) if location.uri.startswith("postgresql") else NoClaims()
    from nnexp.tracking.mlflow.leases import ServerClaims  # which imports MLflow

    return ServerClaims(location, reached)


TAKE, LET_GO = text("SELECT pg_try_advisory_lock(:number)"), text("SELECT pg_advisory_unlock(:number)")
IS_FREE = text(
    "SELECT NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_locks.database = pg_database.oid"
    " WHERE locktype = 'advisory' AND datname = current_database() AND objsubid = 1"
    " AND (classid::bigint << 32) + objid::bigint = :number)"
)
WAIT, SOON = text("SELECT pg_advisory_lock(:number)"), text("SET lock_timeout = '30s'")  # for one that was stopped
MADE = text("SELECT pg_advisory_xact_lock_shared(:number)")
NOTICE = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")


@contextmanager
def alone(location: Location) -> Iterator[None]:
    """Be the one process that makes a PostgreSQL database's tables: MLflow makes them as if there were no other."""
    if not location.uri.startswith("postgresql"):
        yield
        return
    engine = create_engine(location.uri, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(SOON)
        connection.execute(WAIT, {"number": number_of("tables")})
        yield


def wait_for_tables(connection: Connection) -> None:
    """Wait, in a transaction, while another process makes a PostgreSQL database's tables.

    Each takes locks on several of them: who reads meanwhile, and who makes them, would wait for one another.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(SOON)
        connection.execute(MADE, {"number": number_of("tables")})


class PostgresClaims:
    """Advisory locks of a connection of their own, which end with it; of a machine that is gone, half a minute later.

    While the database is away, every claim is granted: what is trained meanwhile is worth more than a run twice.
    """

    def __init__(self, location: Location) -> None:
        """Nothing is connected before the first claim."""
        self._location = location
        self._held: set[str] = set()
        self._connection: Connection | None = None

    def take(self, name: str) -> bool:
        """Claim a name, if it is free."""
        if name in self._held or self._ask(TAKE, name) is False:
            return False
        self._held.add(name)
        return True

    def let_go(self, name: str) -> None:
        """Give a claim up."""
        if name in self._held:
            self._held.discard(name)
            self._ask(LET_GO, name)

    def is_free(self, name: str) -> bool | None:
        """Tell whether it is held."""
        return False if name in self._held else self._ask(IS_FREE, name)

    def _ask(self, question: TextClause, name: str) -> bool | None:
        """Ask the database; None while it is away."""
        try:
            self._connection = self._connection or self._connect()
            return self._answer(self._connection, question, name)
        except SQLAlchemyError:
            self._connection = None
            return None

    def _connect(self) -> Connection:
        """Connect, and claim anew what was held: with a connection that is lost, so are its claims."""
        engine = create_engine(self._location.uri, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        connection = engine.connect()
        for setting in NOTICE:
            connection.execute(text(f"SET {setting}"))
        for name in self._held:
            self._answer(connection, TAKE, name)
        return connection

    def _answer(self, connection: Connection, question: TextClause, name: str) -> bool:
        number = number_of(f"{self._location.experiment} {name}")
        return bool(connection.execute(question, {"number": number}).scalar())
