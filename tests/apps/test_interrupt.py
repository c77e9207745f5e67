"""Ctrl-C and SIGTERM, as a terminal sends them: to the whole process group."""

import os
import signal
from functools import partial

import pytest

from nnexp.tracking.records import Kind, Status

MANY = 1_000_000  # epochs: more than any test waits for


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_once(number, status, app):
    app.sweep_file(runs=6, epochs=5)
    app.misbehave("4=wait 5=wait")
    command = app.start("sweep", "tiny")
    command.wait_for("4 of 6 runs: ")
    command.signal_group(number)
    command.wait_for("runs end at their next epoch")
    (app.folder / "go").touch()
    assert command.end() == status, command.said
    assert "Traceback" not in command.said
    assert "How good" in command.said  # the table of what there is
    last = command.said.splitlines()[-1]
    assert last == "nnexp: tiny was stopped; type the same command again to go on where it stood"
    records = app.store.runs()
    assert {record.status for record in records} == {Status.FINISHED, Status.KILLED}
    assert [sweep.status for sweep in app.store.runs(Kind.SWEEP)] == [Status.KILLED]
    if number == signal.SIGINT:  # its workers leave the signal to the launcher, and complete their epoch
        assert {r.tags["nnexp.reason"] for r in records if r.status == Status.KILLED} == {"stopped"}
    app.behave()
    app.run("sweep", "tiny")
    app.check_complete(6)


def test_while_workers_begin(app):
    """A worker that still imports must not die of Ctrl-C in its own, loud way."""
    app.sweep_file(runs=6, epochs=MANY)
    command = app.start("sweep", "tiny", real=True)
    command.wait_for("runs to do")
    command.signal_group(signal.SIGINT)
    assert command.end() == 130, command.said
    assert "Traceback" not in command.said
    assert app.store.runs(None, status=Status.RUNNING) == []
    assert app.store.runs(status=Status.FAILED) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_twice(number, status, app, wait_until):
    app.sweep_file(runs=2, epochs=3)
    app.misbehave("0=hang 1=hang")
    command = app.start("sweep", "tiny")
    command.wait_for("runs to do")
    wait_until(lambda: len(list(app.folder.glob("multirun/*/*/*/epochs.jsonl"))) == 2, what="both runs to hang")
    # Ctrl-C goes to the whole group. SIGTERM would end the workers there, and a launch that has none ends at once.
    send = command.signal_group if number == signal.SIGINT else partial(os.kill, command.process.pid)
    send(number)
    command.wait_for("once more ends them at once")
    send(number)
    assert command.end() == status, command.said
    assert "Traceback" not in command.said
    assert {record.status for record in app.store.runs(None)} == {Status.KILLED}, command.said
