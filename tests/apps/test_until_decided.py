"""SIGKILL at seeded random moments, while seeds are added: the same runs, looks and answer as undisturbed."""

import os
import random
import signal
import time

from nnexp.tracking.records import Kind, Status, Tag

SWEEP = ("sweep", "tiny", "--until-decided", "eta=0.5,1,3", "hydra.launcher.retries=9")
KILLS = 3


def sweep_file(app):
    app.sweep_file(runs=2, epochs=20)


def decided(said):
    """What was found: the answer and its tables, and the line that says why it is over."""
    answer = said[said.index("eta=3.0 is best") : said.index("What it takes")]
    return answer, next(line for line in said.splitlines() if line.startswith("Decided"))


def looks(app):
    return [sweep.tags[Tag.LOOKS] for sweep in app.store.runs(Kind.SWEEP)]


def test_kills(app, make_app, tmp_path_factory):
    undisturbed = make_app(tmp_path_factory.mktemp("undisturbed"))
    sweep_file(undisturbed)
    reference = undisturbed.run(*SWEEP)
    assert looks(undisturbed) == ["3 5 8"]

    sweep_file(app)
    moments = random.Random(1)
    for kill in range(KILLS):
        command = app.start(*SWEEP)
        command.wait_for(" runs: ", times=moments.randint(1, 3))
        time.sleep(moments.uniform(0, 0.1))
        assert command.process.poll() is None, command.said
        (os.kill if kill % 2 else os.killpg)(command.process.pid, signal.SIGKILL)
        assert command.end() == -signal.SIGKILL
    said = app.run(*SWEEP)
    assert app.digests() == undisturbed.digests()
    assert looks(app) == looks(undisturbed)
    assert decided(said) == decided(reference)
    assert [sweep.status for sweep in app.store.runs(Kind.SWEEP)] == [Status.FINISHED]


def test_what_it_may_cost_and_what_it_came_to(app):
    sweep_file(app)
    planned = app.run(*SWEEP, "--dry-run")
    assert "9 runs: 0 done, at the least 9 to do" in planned
    assert "at the most 60 to do" in planned
