"""A command's runs go through all of nnexp; and one that logs to MLflow by itself lands in the run that is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnexp.archive.proof import Answer
from nnexp.sweep.launched import Trained
from nnexp.sweep.plan import Plan, make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.tasks.command.task import CommandTask
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Status, Tag
from nnexp.training.spec import make_spec
from tests.plans import Diary
from tests.tasks.command.conftest import MakeTask

TWO = Policy(jobs=2)

LOGS = """
import argparse, sys
import mlflow
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
args = parser.parse_args()
with mlflow.start_run():
    mlflow.log_params(vars(args))
    mlflow.log_param("optimiser", "SGD")
    for epoch in range(1, 3):
        mlflow.log_metric("own/loss", args.lr / epoch, step=epoch)
        print(f"epoch: {epoch} loss: {args.lr / epoch}", flush=True)
    mlflow.log_text("what I wrote", "mine.txt")
    mlflow.set_tag("mine", "yes")
sys.exit(args.lr > 1)
"""


@pytest.fixture
def store(database: Path) -> MlflowStore:
    return MlflowStore(Location.from_environment())


def plan(task: CommandTask, folder: Path, *lrs: float, seeds: int = 1) -> Plan:
    configs = [task.schema.parse_config({"lr": lr, "seed": seed}) for lr in lrs for seed in range(seeds)]
    return make_plan("lrs", task, [(n, config, folder / "out" / str(n)) for n, config in enumerate(configs)])


def train(session: Session, folder: Path, **settings: object) -> Trained:
    task = session.task
    trained = session.train(make_spec(task, task.schema.parse_config(settings), settings, folder=folder / "one"))
    assert isinstance(trained, Trained)
    return trained


def test_a_sweep_of_a_script_is_recorded_reused_and_proved(
    make_task: MakeTask, store: MlflowStore, tmp_path: Path
) -> None:
    task, diary = make_task(), Diary()
    session = Session(store, task, diary)
    session.sweep(plan(task, tmp_path, 0.5, 0.25, seeds=2), TWO)
    runs = store.runs(status=Status.FINISHED)
    assert {run.name for run in runs} == {f"train.py lr={lr} seed={seed}" for lr in (0.5, 0.25) for seed in (0, 1)}
    for run in runs:
        assert run.task == "train.py"
        assert run.incidental == {"threads"}
        assert run.metrics["loss"] == pytest.approx(float(run.params["lr"]) / 3)
        assert (store.artifact(run.run_id, "output.txt") or b"").count(b"Epoch") == 3
    again = session.sweep(plan(task, tmp_path, 0.5, 0.25, seeds=2), TWO)
    assert (len(again.survey.ledger.done), again.survey.ledger.to_do) == (4, ())
    reruns = session.rerun(runs, TWO)
    assert {verdict.reason for verdict in reruns.verdicts} == {""}
    assert {verdict.answer for verdict in reruns.verdicts} == {Answer.IDENTICAL}
    (tmp_path / "train.py").write_text("print('loss: 1')")
    assert len(session.sweep(plan(make_task("print('loss: 1')", "{lr}"), tmp_path, 0.5), TWO).survey.ledger.to_do) == 1


def test_a_run_that_reads_named_data_is_proved_by_the_command_alone(
    make_task: MakeTask, store: MlflowStore, tmp_path: Path
) -> None:
    (tmp_path / "digits.csv").write_text("1,2")
    train(Session(store, make_task(data=(str(tmp_path / "digits.csv"),))), tmp_path, lr=0.5)
    [verdict] = Session(store, make_task()).rerun(store.runs(), Policy()).verdicts
    assert (verdict.answer, verdict.reason) == (Answer.IDENTICAL, "")


def test_a_single_run_shows_what_it_prints(make_task: MakeTask, store: MlflowStore, tmp_path: Path) -> None:
    diary = Diary()
    train(Session(store, make_task(), diary), tmp_path, lr=0.5)
    assert diary.shown.count("Epoch") == 3


def test_a_run_that_fails_says_its_last_words(make_task: MakeTask, store: MlflowStore, tmp_path: Path) -> None:
    session = Session(store, make_task("print('loss: 1'); raise ValueError('no')", "{lr}"))
    train(session, tmp_path, lr=1)
    [run] = store.runs()
    assert run.status is Status.FAILED
    assert run.tags[Tag.REASON] == "the command ended with status 1: ValueError: no"
    assert b"Traceback (most recent call last)" in (store.artifact(run.run_id, "output.txt") or b"")
    assert b"its last lines on standard error" in (store.artifact(run.run_id, "traceback.txt") or b"")


def test_a_script_that_logs_to_mlflow_lands_in_the_run_that_was_made_for_it(
    make_task: MakeTask, store: MlflowStore, tmp_path: Path
) -> None:
    session = Session(store, make_task(LOGS, "--lr", "{lr}"))
    train(session, tmp_path, lr=0.5)
    [run] = store.open()._client.search_runs([store.open().experiment_id])
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "train.py lr=0.5 seed=0"
    assert run.data.params == {"lr": "0.5", "seed": "0", "threads": "1", "optimiser": "SGD"}
    assert run.data.metrics.items() >= {"loss": 0.25, "own/loss": 0.25}.items()
    assert run.data.tags["mine"] == "yes"
    assert store.artifact(run.info.run_id, "mine.txt") == b"what I wrote"
    assert store.artifact(run.info.run_id, "epochs.jsonl")
    assert "MLFLOW" not in (tmp_path / "one" / "config.json").read_text()


def test_nnexps_own_status_wins(make_task: MakeTask, store: MlflowStore, tmp_path: Path) -> None:
    session = Session(store, make_task(LOGS, "--lr", "{lr}"))
    train(session, tmp_path, lr=2.0)
    [run] = store.runs()
    assert run.status is Status.FAILED
    assert run.metrics["own/loss"] == 1.0


def test_a_file_of_results_that_each_run_overwrites_is_nothing_that_it_learns_from(
    make_task: MakeTask, store: MlflowStore, tmp_path: Path
) -> None:
    text = "import sys; open('m.json', 'w').write('{\"loss\": %s}' % sys.argv[1])"
    task = make_task(text, "{lr}", results="m.json")
    session, one = Session(store, task), Policy(jobs=1)
    session.sweep(plan(task, tmp_path, 0.5, 0.25), one)
    assert {run.metrics["loss"] for run in store.runs()} == {0.5, 0.25}
    assert session.sweep(plan(task, tmp_path, 0.5, 0.25), one).survey.ledger.to_do == ()
