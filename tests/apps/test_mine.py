"""A function of somebody's, in a file that knows nothing of nnexp: swept, killed, gone on with, compared, proved."""

from __future__ import annotations

import json
import signal
from collections import Counter

import pytest

from nnexp.tracking.records import Tag

MINE = """\
import os, time
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

def train(alpha: float = 1e-4, loss: str = "hinge", epochs: int = 20, *, seed: int):
    x, y = load_digits(return_X_y=True)
    model = SGDClassifier(alpha=alpha, loss=loss, random_state=seed)
    while seed == 4 and os.path.exists("wait"):
        time.sleep(0.01)
    for _ in range(epochs):
        model.partial_fit(x[:1200], y[:1200], classes=range(10))
        yield {"val/accuracy": model.score(x[1200:1500], y[1200:1500])}
    return {"coef": model.coef_}
"""
READS = """\
def train(scale: float = 1.0, *, seed: int):
    numbers = [float(line) for line in open("numbers.csv")]
    for n in range(2):
        yield {"val/loss": scale * sum(numbers) / (n + 1)}
"""
NOISY = """\
import time

def train(*, seed: int):
    for n in range(2):
        yield {"val/loss": 1 + (time.time_ns() % 1_000_003) / 1e9}
"""
WALKS = """\
import random

def walk(forgets: bool = False, *, state=None, seed: int):
    draws = random.Random(seed)
    if state and not forgets:
        draws.setstate(state["draws"])
    for epoch in range(state["epoch"] if state else 0, 4):
        yield {"val/place": draws.random()}, {"epoch": epoch + 1, "draws": draws.getstate()}
"""


@pytest.fixture
def mine(app):
    (app.folder / "mine.py").write_text(MINE)
    return app


def test_it_is_swept_killed_gone_on_with_compared_and_proved(mine):
    sweep = ("train", "-m", "mine.py:train", "alpha=1e-5,1e-4,1e-3", "seed=range(5)", "hydra.launcher.jobs=2")
    (mine.folder / "wait").touch()
    command = mine.start(*sweep)
    command.wait_for("of 15 runs:", times=3)
    command.wait_for("runs: train alpha=1e-05 seed=0: ")
    command.signal_group(signal.SIGKILL)
    assert command.end() == -signal.SIGKILL
    (mine.folder / "wait").unlink()
    said = mine.run(*sweep)
    assert "are reused: train alpha=1e-05 seed=0" in said
    keys = Counter(run.key for run in mine.finished())
    assert (len(keys), set(keys.values())) == (15, {1})
    compared = mine.run("compare")
    assert compared.count("alpha") > 0
    assert "validation %" in compared
    said = mine.run("rerun", "train alpha=0.001 seed=4")
    assert "train alpha=0.001 seed=4: identical in all 20 epochs" in said
    assert "15 done, 0 to do" in mine.run(*sweep, "hydra.launcher.dry_run=true")


def test_a_mistake_is_one_line_and_nothing_is_trained(mine):
    for typed, line in {
        "alfa=1": "nnexp: there is no setting alfa; did you mean alpha?\n",
        "alpha=much": "nnexp: alpha must be a finite number, but got 'much'\n",
        "mine.py:trian": "nnexp: one function is trained at a time, but got mine.py:train and mine.py:trian\n",
    }.items():
        assert mine.run("train", "mine.py:train", typed, status=2) == line
    assert mine.run("train", "mine.py:trian", status=2) == "nnexp: mine.py has no trian; it has train\n"
    assert mine.store.runs(None) == []


def test_a_sweep_names_it_in_its_file(mine):
    (mine.folder / "sweeps").mkdir()
    (mine.folder / "sweeps" / "alphas.yaml").write_text(
        "# Which alpha?\ndefaults: [config, _self_]\ntask: mine.py:train\nmetric: val/accuracy\nbetter: high\n"
        "epochs: 2\nhydra: {sweeper: {params: {alpha: '1e-5,1e-3', seed: range(2)}}}\n"
    )
    mine.run("sweep", "alphas")
    assert sorted(run.name for run in mine.finished()) == [
        f"train alpha={alpha} epochs=2 seed={seed}" for alpha in ("0.001", "1e-05") for seed in (0, 1)
    ]
    assert {json.loads(run.tags[Tag.MEASURES])["val/accuracy"][1:] == ["up", "choose"] for run in mine.finished()}


def test_a_finished_run_is_reused_while_its_code_and_what_it_read_are_the_same(app):
    file, numbers = app.folder / "reads.py", app.folder / "numbers.csv"
    file.write_text(READS)
    numbers.write_text("1\n2\n")
    app.run("train", "reads.py:train")
    assert "trained already" in app.run("train", "reads.py:train")
    file.write_text(READS.replace("    for", "    # each half\n    for"))
    assert "trained already" in app.run("train", "reads.py:train")
    numbers.write_text("1\n3\n")
    assert "the data are not those that it learnt from" in app.run("rerun", "train seed=0", status=1)
    said = app.run("train", "-m", "reads.py:train", "scale=1.0,2.0")
    assert "is not reused: numbers.csv, which it read, has changed since" in said
    assert len(app.finished()) == 3
    file.write_text(READS.replace("range(2)", "range(3)"))
    app.run("train", "reads.py:train")
    assert len(app.finished()) == 4


def test_data_that_are_named_are_part_of_the_key(app):
    (app.folder / "reads.py").write_text(READS)
    (app.folder / "numbers.csv").write_text("1\n2\n")
    app.run("train", "reads.py:train", "--data", "numbers.csv")
    (app.folder / "numbers.csv").write_text("1\n4\n")
    app.run("train", "reads.py:train", "--data", "numbers.csv")
    first, second = app.finished()
    assert first.key != second.key
    assert "identical in all 2 epochs" in app.run("rerun", first.run_id)
    assert "no.csv, which was named as data" in app.run("train", "reads.py:train", "--data", "no.csv", status=2)


def test_one_that_draws_from_the_clock_is_found_and_never_called_identical(app):
    (app.folder / "noisy.py").write_text(NOISY)
    said = app.run("check", "noisy.py:train", status=1)
    assert "parts at epoch 1, val/loss" in said
    assert "it does not repeat itself" in said
    for _ in range(3):
        command = app.start("rerun", "train seed=0")
        assert command.end() in (1, 2)
        assert "identical" not in command.said
    assert "within its own noise" in command.said or "different from epoch 1 on" in command.said
    assert "The runs do not repeat themselves: trained again, the validation loss of one has" in app.run("compare")


def test_what_is_checked_is_shown(mine):
    said = mine.run("check", "mine.py:train", "alpha=0.01", "epochs=2")
    for line in (
        "    alpha = 0.01  (default 0.0001)\n",
        "    val/accuracy = ",
        "its code: mine.py, sklearn ",
        "seeded before it: random, numpy",
        "trained twice, in two processes: the same bits (identical in all 2 epochs)",
    ):
        assert line in said


def test_it_is_checked_whether_it_goes_on_exactly(app):
    (app.folder / "walks.py").write_text(WALKS)
    said = app.run("check", "walks.py:walk")
    assert "stopped after epoch 1, and gone on with in another process: goes on exactly\n" in said
    said = app.run("check", "walks.py:walk", "forgets=true", status=1)
    assert "in another process: parts, epoch 2 came out otherwise (val/place " in said


def test_a_record_is_trained_again_where_its_function_is_and_nowhere_else(mine):
    mine.run("train", "mine.py:train", "epochs=2")
    folder = mine.folder / "code"
    folder.mkdir()
    (mine.folder / "mine.py").rename(folder / "mine.py")
    assert "mine.py:train, which is not at hand here" in mine.run("rerun", "train epochs=2 seed=0", status=2)
    assert "identical" in mine.run("rerun", "train epochs=2 seed=0", "--task", "code/mine.py:train")
