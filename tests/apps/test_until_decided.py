"""SIGKILL at seeded random moments, while seeds are added: the same runs, looks and answer as undisturbed."""

import os
import random
import signal
import time

from nnexp.tracking.records import Kind, Status, Tag

SWEEP = ("sweep", "tiny", "--until-decided", "eta=0.5,1.35,3", "hydra.launcher.retries=9")
SEEDS = (3, 5, 8)  # with which each launch that is killed has to wait, so that it does not end before


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
    assert looks(undisturbed) == ["3 5 8 12"]

    sweep_file(app)
    moments = random.Random(1)
    for kill, first in enumerate(SEEDS):
        app.misbehave(" ".join(f"{seed}=wait" for seed in range(first, 20)))
        command = app.start(*SWEEP)
        command.wait_for(" runs: ", times=moments.randint(1, 3))
        time.sleep(moments.uniform(0, 0.1))
        (os.kill if kill % 2 else os.killpg)(command.process.pid, signal.SIGKILL)
        assert command.end() == -signal.SIGKILL
    app.behave()
    said = app.run(*SWEEP)
    assert app.digests() == undisturbed.digests()
    assert looks(app) == looks(undisturbed)
    assert decided(said) == decided(reference)
    assert [sweep.status for sweep in app.store.runs(Kind.SWEEP)] == [Status.FINISHED]


def test_the_answer_at_the_end_is_by_what_matters_to_it(app):
    app.sweep_file(runs=3, epochs=20)
    said = app.run("sweep", "tiny", "--until-decided", "--worthwhile", "100", "eta=3,3.1")
    assert looks(app) == ["3"]
    assert "from the best, so take it." in said
    assert "is shown as good as the best" in said
    assert "so take it" not in app.run("compare", "tiny", "--worthwhile", "0")


def test_what_it_may_cost(app):
    app.sweep_file(runs=2, launcher="{until_decided: true}")
    planned = app.run("sweep", "tiny", "eta=0.5,1.35,3", "--dry-run")
    assert "9 runs: 0 done, at the least 9 to do" in planned
    assert "at the most 60 to do" in planned
