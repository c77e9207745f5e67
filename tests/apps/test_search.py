"""A search on the command line: SIGKILL at seeded random moments, then the same command; as many points as wanted.

NNEXP_SEARCH_KILLS: how many of them; NNEXP_SEARCH_SEED draws the moments.
"""

import os
import random
import re
import signal
import time
from collections import Counter

from nnexp.search.trial import State, read_trials
from nnexp.tracking.records import Kind, Status

KILLS, SEED = int(os.environ.get("NNEXP_SEARCH_KILLS", "3")), int(os.environ.get("NNEXP_SEARCH_SEED", "1"))
POINTS = 10 + 2 * KILLS  # so that there are some left for each
SEARCH = (
    *("train", "-m", "hydra/sweeper=search", f"hydra.sweeper.n_trials={POINTS}", "hydra.sweeper.replicates=2"),
    *("hydra.sweeper.pruner=median", "hydra.sweeper.confirm=2", "hydra.launcher.retries=20", "hydra.launcher.jobs=2"),
    *("eta=tag(log,interval(0.01,10))", "hidden=choice(5,10)", "epochs=12", "batch_size=1"),
    *("dataset.path=small.npz", "dataset.name=small"),
)


FRESH_WAIT = "2=wait 3=wait"  # the fresh seeds at the end: a sweep that is to be killed is not over before


def trials(app):
    return [trial for sweep in app.store.runs(Kind.SWEEP) for trial in read_trials(sweep.tags)]


def test_kills(app):
    app.misbehave(FRESH_WAIT)
    moments = random.Random(SEED)
    for kill in range(KILLS):
        left = POINTS - sum(bool(trial.state) for trial in trials(app))
        command = app.start(*SEARCH)
        if moments.random() < 0.3:
            time.sleep(moments.uniform(0, 1.0))
        else:
            command.wait_for("point ", times=min(moments.randint(1, 2), left))
            time.sleep(moments.uniform(0, 0.3))
        (os.kill if kill % 2 else os.killpg)(command.process.pid, signal.SIGKILL)
        assert command.end() == -signal.SIGKILL, command.said
    app.behave()
    said = app.run(*SEARCH)
    assert len(trials(app)) == POINTS
    assert all(trial.state for trial in trials(app))
    keys = Counter(run.key for run in app.finished())
    assert set(keys.values()) == {1}
    assert app.store.runs(None, status=Status.RUNNING) == []
    assert {sweep.status for sweep in app.store.runs(Kind.SWEEP)} == {Status.FINISHED}
    assert "On 2 fresh seeds" in said
    trained, whole = re.search(r"([\d,]+) of ([\d,]+) epochs trained", said).groups()
    assert int(trained.replace(",", "")) <= int(whole.replace(",", "")) == POINTS * 2 * 12
    assert "all is well" in app.run("doctor")
    before = len(app.store.runs())
    app.run(*SEARCH)
    assert len(app.store.runs()) == before


def test_with_one_worker_the_same_points_whether_it_was_killed_or_not(app, make_app, tmp_path_factory):
    one = (*SEARCH, "hydra.launcher.jobs=1", "hydra.sweeper.pruner=none", "hydra.sweeper.n_trials=5", "epochs=3")
    calm = make_app(tmp_path_factory.mktemp("calm"))
    calm.run(*one)
    app.misbehave(FRESH_WAIT)
    command = app.start(*one)
    command.wait_for("point 3 of 5")
    command.signal_group(signal.SIGKILL)
    command.end()
    app.behave()
    app.run(*one)
    assert [trial.point for trial in trials(app)] == [trial.point for trial in trials(calm)]
    assert [trial.value for trial in trials(app)] == [trial.value for trial in trials(calm)]


def test_what_a_person_sees(app):
    few = (*SEARCH, "hydra.sweeper.n_trials=6", "epochs=4")
    said = app.run(*few)
    best = max((t for t in trials(app) if t.state is State.COMPLETE), key=lambda t: t.value)
    assert f"Best of 6 points: {best.name} (validation accuracy {100 * best.value:.2f} % over 2 seeds)." in said
    assert "What mattered" in said or sum(t.state is State.COMPLETE for t in trials(app)) < 5
    app.run("report", "--to", "page.html")
    page = (app.folder / "page.html").read_text()
    for shown in ("Value by point, and the best so far", "Each point along each setting", best.name, "fresh seeds"):
        assert shown in page
    planned = app.run(*few, "hydra.launcher.dry_run=true")
    assert "6 points of 2 seeds, and 2 more of the best: 6 done, at the most 0 runs to do" in planned
