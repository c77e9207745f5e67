"""A server that takes connections and never answers: it is waited for once, and then left alone for a while."""

import socket
import threading

import pytest

from nnexp.errors import NoAnswerError
from nnexp.tracking.mlflow import client, store
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore


@pytest.fixture
def silent(monkeypatch):
    """The address of such a server, and the connections that it has taken."""
    monkeypatch.setitem(client.HTTP, "MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    for name in client.HTTP:
        monkeypatch.delenv(name, raising=False)
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take():
            while True:
                try:
                    taken.append(listening.accept()[0])
                except OSError:  # the end of the test
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", taken
        listening.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


def test_it_is_asked_once_and_not_again_at_once(silent, monkeypatch):
    address, taken = silent
    asked = MlflowStore(Location(address, "x"))
    for _ in range(5):
        with pytest.raises(NoAnswerError, match="cannot be reached: no answer; is its server running"):
            asked.runs()
        with pytest.raises(NoAnswerError):
            asked.prepare()
    tries = len(taken)
    monkeypatch.setattr(store, "AWAY_S", 0.0)
    asked._away_until = 0.0  # the while has passed
    with pytest.raises(NoAnswerError):
        asked.runs()
    assert len(taken) == 2 * tries
