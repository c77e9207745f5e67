"""An unmodified script on the command line, and in a sweep's file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from tests.tasks.command.conftest import TRAIN

Nnexp = Callable[..., tuple[int, str, str]]
COMMAND = ("--", "python", "train.py", "--lr", "{lr}", "--seed", "{seed}")

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def script(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(TRAIN)
    return tmp_path / "train.py"


def runs() -> dict[str, str]:
    return {run.name: run.status.value for run in MlflowStore(Location.from_environment()).runs()}


def test_a_run_shows_what_it_prints_and_is_reused(nnexp: Nnexp) -> None:
    status, out, err = nnexp("train", "lr=0.5", "seed=3", *COMMAND)
    assert status == 0, err
    assert "Namespace(lr=0.5, seed=3)\n" in err
    assert out.startswith("train.py lr=0.5 seed=3: ")
    status, out, err = nnexp("train", "lr=0.5", "seed=3", *COMMAND)
    assert (status, "trained already" in out) == (0, True), err
    assert runs() == {"train.py lr=0.5 seed=3": "FINISHED"}


def test_a_multirun_is_swept_and_reused(nnexp: Nnexp) -> None:
    typed = ("train", "-m", "lr=0.5,0.25", "seed=range(2)", *COMMAND)
    status, out, err = nnexp(*typed)
    assert status == 0, err
    assert sorted(runs()) == [f"train.py lr={lr} seed={seed}" for lr in (0.25, 0.5) for seed in (0, 1)]
    assert "Namespace" not in out + err
    status, _, err = nnexp(*typed)
    assert (status, "4 of 4 runs are finished already and are reused" in err) == (0, True), err


def test_a_sweep_file_names_the_command_its_results_and_what_it_is_told(nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "wrapped.sh").write_text(
        '[ "$NNEXP_DECAY" = 0.5 ] || exit 3\npython train.py "$@" > /dev/null\necho "{\\"loss\\": $2}" > "$0.$2.json"\n'
    )
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "rates.yaml").write_text("""
defaults: [config, _self_]
command: sh wrapped.sh --lr {lr}
results: wrapped.sh.{lr}.json
metric: loss
better: low
hydra:
  sweeper:
    params:
      lr: 0.5,0.25
      +decay: 0.5
""")
    status, out, err = nnexp("sweep", "rates")
    assert status == 0, err
    assert "best loss first" in out
    store = MlflowStore(Location.from_environment())
    assert {run.params["lr"]: run.metrics["final/loss"] for run in store.runs()} == {"0.5": 0.5, "0.25": 0.25}
    assert {run.params["decay"] for run in store.runs()} == {"0.5"}


def test_what_is_only_told_is_typed_with_a_plus(nnexp: Nnexp, script: Path) -> None:
    script.write_text("import os; print('loss:', os.environ['NNEXP_WD'])")
    status, _, err = nnexp("train", "-m", "+wd=0.5,0.25", "--", "python", "train.py")
    assert status == 0, err
    assert sorted(runs()) == ["train.py wd=0.25 seed=0", "train.py wd=0.5 seed=0"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("lrr=0.1", *COMMAND), "nnexp: there is no setting lrr; did you mean lr?\n"),
        (("-m", "lr=0.1", "sed=1,2", *COMMAND), "nnexp: there is no setting sed; did you mean seed?\n"),
        (COMMAND, "nnexp: lr must be given: lr=VALUE\n"),
        (("-m", *COMMAND), "nnexp: lr must be given: lr=VALUE\n"),
        (("--",), "nnexp: there is no command; expected one after --, like: -- python train.py --lr {lr}\n"),
        (("--", "python", "trian.py"), "nnexp: there is no script trian.py in "),
        (("mine.py:train", *COMMAND), "nnexp: a function and a command are two tasks; name one of them\n"),
        (("--results", "m.csv"), "nnexp: --metric, --better, --data and --results tell of a function or a command"),
    ],
)
def test_a_mistake_is_told_in_a_line_before_anything_runs(typed: tuple[str, ...], said: str, nnexp: Nnexp) -> None:
    status, out, err = nnexp("train", *typed)
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith(said)
    assert runs() == {}


def test_a_record_runs_no_command_that_is_not_typed_again(nnexp: Nnexp, script: Path, tmp_path: Path) -> None:
    assert nnexp("train", "lr=0.5", "+wd=3", *COMMAND)[0] == 0
    run_id = MlflowStore(Location.from_environment()).runs()[0].run_id
    again = f"type it: nnexp rerun {run_id[:8]} -- python train.py --lr '{{lr}}' --seed '{{seed}}'"
    (tmp_path / "ran").unlink(missing_ok=True)
    script.write_text(f"open('ran', 'w')\n{TRAIN}")
    for typed in ((), ("--", "python", "train.py", "--lr", "{lr}")):
        status, out, err = nnexp("rerun", run_id, *typed)
        assert (status, again in out) == (2, True), (out, err)
        assert not (tmp_path / "ran").exists()
    status, out, err = nnexp("rerun", run_id, *COMMAND)
    assert (status, "identical in all 3 epochs" in out) == (0, True), (out, err)
    assert "train.py" in out
    script.write_text(TRAIN.replace("1000", "2000"))
    status, out, err = nnexp("rerun", run_id, *COMMAND)
    assert (status, "code of train.py" in out) == (1, True), (out, err)


def test_a_failed_run_says_where_its_last_words_are(nnexp: Nnexp, script: Path) -> None:
    script.write_text("print('loss: 1'); raise ValueError('no')")
    status, _, err = nnexp("train", "--", "python", "train.py")
    assert status == 1
    assert "train.py seed=0 failed in epoch 1: the command ended with status 1: ValueError: no (see " in err
