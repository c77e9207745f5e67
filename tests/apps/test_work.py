"""`nnexp work` in another folder joins a sweep on the same store: each key is trained once, whoever dies."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from nnexp.tracking.records import Kind, Status, Tag
from tests.apps.conftest import wait_until

RUNS = 8


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def app_anywhere(request, app):
    """A folder, and a store that can be reached from other folders."""
    if request.param == "postgres":
        app.uri, app.experiment = request.getfixturevalue("postgres"), app.folder.name
        app.environment |= {"MLFLOW_TRACKING_URI": app.uri, "MLFLOW_EXPERIMENT_NAME": app.experiment}
    return app


def beside(app, acts="", name="other"):
    """Another folder, as on another machine, that shares nothing but the store and the data."""
    other = replace(app, folder=app.folder / name, commands=[])
    other.folder.mkdir(exist_ok=True)
    other.environment = {
        name: value.replace(f"{app.folder}/.", f"{other.folder}/.") for name, value in app.environment.items()
    }
    (other.misbehave if acts else lambda _: other.behave())(acts)
    return other


def launched(app, *arguments):
    """Launch a sweep whose first run waits for a file, and wait until it has begun."""
    app.environment.setdefault("MLFLOW_TRACKING_URI", f"sqlite:///{app.database}")
    app.sweep_file(runs=RUNS, launcher="{jobs: 1}")
    app.misbehave("0=wait")
    sweep = app.start("sweep", "tiny", *arguments)
    wait_until(lambda: app.store.runs(Kind.SWEEP) or sweep.process.poll(), what="the sweep to begin")
    return app, sweep


def trained_in(app, folder):
    return sorted(
        int(run.params["seed"]) for run in app.finished() if Path(run.tags[Tag.FOLDER]).is_relative_to(folder)
    )


def test_a_joiner_that_is_killed_costs_its_running_run_alone(app_anywhere):
    app, sweep = launched(app_anywhere)
    other = beside(app, acts="4=wait")
    joiner = other.start("work", "--jobs", "1")
    joiner.wait_for(f"3 of {RUNS} runs")
    that = {"seed": "4"}.items()
    wait_until(lambda: any(that <= run.params.items() for run in app.store.runs()), what="the run that waits")
    joiner.signal_group(signal.SIGKILL)
    joiner.end()
    (app.folder / "go").touch()
    assert sweep.end() == 0, sweep.said
    assert sweep.said.count("finished by another process, and reused") == 3
    assert trained_in(app, other.folder) == [5, 6, 7]
    app.check_complete(RUNS)
    assert [run.params["seed"] for run in app.store.runs(status=Status.KILLED)] == ["4"]


def test_a_joiner_ends_with_a_sweep_that_asked_for_more_runs(app):
    launched(app, "--until-decided", "eta=0.5,3", "epochs=20")
    other = beside(app)
    joiner = other.start("work", "tiny", "--jobs", "1")
    joiner.wait_for("5 of 6 runs")
    (app.folder / "go").touch()
    assert joiner.end() == 0, joiner.said
    assert joiner.said.endswith("sweep tiny is FINISHED\n"), joiner.said
    assert app.commands[0].end() == 0
    (parent,) = app.store.runs(Kind.SWEEP)
    assert len(parent.tags[Tag.LOOKS].split()) > 1
    assert {text for name, text in parent.tags.items() if name.startswith(Tag.PLAN)} == {""}
    app.check_complete(len({run.key for run in app.finished()}))
    assert set(range(1, 3)) <= set(trained_in(app, other.folder))


def test_a_joiner_is_stopped_by_a_signal_and_leaves_a_sweep_whose_launcher_is_gone(app):
    app, sweep = launched(app)
    hanging = beside(app, acts="7=hang", name="hanging").start("work", "--jobs", "1")
    other = beside(app)
    other.start("work", "--jobs", "1").wait_for(f"{RUNS - 2} of {RUNS} runs")
    hanging.signal_group(signal.SIGTERM)
    assert hanging.end() == 128 + signal.SIGTERM, hanging.said
    (joiner,) = other.commands
    joiner.wait_for(f"{RUNS - 1} of {RUNS} runs")  # the one that was stopped too
    sweep.signal_group(signal.SIGKILL)
    sweep.end()
    assert joiner.end() == 0
    assert "sweep tiny has lost its launcher" in joiner.said
    app.behave()
    app.run("sweep", "tiny")
    app.check_complete(RUNS)


OTHERS = """\
import json, os, sys, time

def train(*, seed: int):
    while seed == 0 and not os.path.exists("go"):
        time.sleep(0.01)
    yield {"val/loss": 1 / (1 + seed)}

if __name__ == "__main__":
    for metrics in train(seed=int(sys.argv[1])):
        print(json.dumps(metrics))
"""


@pytest.mark.parametrize(
    ("typed", "again"),
    [(("mine.py:train",), ()), ((), ("--", "python", "mine.py", "{seed}"))],
    ids=["function", "command"],
)
def test_sweeps_of_code_of_others_are_joined(app, typed, again):
    app.environment["MLFLOW_TRACKING_URI"] = f"sqlite:///{app.database}"
    other = beside(app)
    for folder in (app.folder, other.folder):
        (folder / "mine.py").write_text(OTHERS)
    sweep = app.start("train", "-m", *typed, "seed=range(4)", "hydra.launcher.jobs=1", *again)
    wait_until(lambda: app.store.runs() or sweep.process.poll(), what="its first run")
    joiner = other.start("work", "--jobs", "1", *again)
    joiner.wait_for("3 of 4 runs")
    (app.folder / "go").touch()
    assert (sweep.end(), joiner.end()) == (0, 0), joiner.said
    assert trained_in(app, other.folder) == [1, 2, 3]
    assert {run.metrics["val/loss"] for run in app.finished()} == {1, 1 / 2, 1 / 3, 1 / 4}
    assert {run.status for run in app.store.runs(None)} == {Status.FINISHED}
