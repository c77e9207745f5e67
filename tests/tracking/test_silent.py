"""A server that takes connections and never answers: it is waited for once, and then left alone for a while."""

import socket
from contextlib import suppress

import pytest

from nnexp.errors import NoAnswerError
from nnexp.tracking.mlflow import client, store
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore


@pytest.fixture
def silent(monkeypatch):
    """The address of such a server, and what counts the connections that it was asked for."""
    monkeypatch.setitem(client.HTTP, "MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    for name in client.HTTP:
        monkeypatch.delenv(name, raising=False)
    taken = []
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:  # which the system connects
        listening.setblocking(False)

        def count():
            with suppress(BlockingIOError):
                while True:
                    taken.append(listening.accept()[0])
            return len(taken)

        yield f"http://127.0.0.1:{listening.getsockname()[1]}", count
    for connection in taken:
        connection.close()


def test_it_is_asked_once_and_not_again_at_once(silent, monkeypatch):
    address, count = silent
    asked = MlflowStore(Location(address, "x"))
    for _ in range(5):
        with pytest.raises(NoAnswerError, match="cannot be reached: no answer; is its server running"):
            asked.runs()
        with pytest.raises(NoAnswerError):
            asked.prepare()
    tries = count()
    monkeypatch.setattr(store, "AWAY_S", 0.0)
    asked._away_until = 0.0  # the while has passed
    with pytest.raises(NoAnswerError):
        asked.runs()
    assert count() == 2 * tries
