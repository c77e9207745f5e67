"""What a person is told of a store that fails."""

from __future__ import annotations

from tests.server import free_port


def test_a_server_that_does_not_answer_is_told_in_one_short_line(nnexp, monkeypatch):
    uri = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert nnexp("runs") == (
        2, "",
        f"nnexp: the tracking store {uri} cannot be reached: Connection refused; "
        "is its server running, and is MLFLOW_TRACKING_URI its address?\n",
    )  # fmt: skip
