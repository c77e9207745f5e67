"""A PostgreSQL database that is new: several processes meet it at once, and one makes its tables."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import NullPool, create_engine, text

from nnexp.tracking.mlflow.claims import alone
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from tests.apps.conftest import wait_until

pytestmark = pytest.mark.xdist_group("postgres")
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


@pytest.fixture
def asked(postgres: str) -> Callable[[], int]:
    """Count who waits for an advisory lock."""
    engine = create_engine(postgres, poolclass=NullPool)

    def asked() -> int:
        with engine.connect() as connection:
            return int(connection.execute(WAITING).scalar() or 0)

    return asked


def test_whoever_reads_waits_until_the_tables_are_made(postgres: str, asked: Callable[[], int]) -> None:
    """Each locks several tables: one of them would end in a deadlock."""
    location = Location(postgres, "new")
    with ThreadPoolExecutor(1) as reading:
        with alone(location):
            found = reading.submit(SqlReader(location).runs)
            wait_until(asked, what="the reader to wait")
            assert not found.done()
        assert found.result() == []
