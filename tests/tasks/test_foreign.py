"""A task of somebody else's goes through all of nnexp, and no line of nnexp knows of it."""

from __future__ import annotations

import importlib
import io
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.archive.proof import Answer
from nnexp.archive.run import read_archive
from nnexp.cli.report import write_page
from nnexp.comparison.compare import compare
from nnexp.errors import ConfigError, RecordError
from nnexp.report.prose.told import tell
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.ledger import read_ledger
from nnexp.sweep.plan import Plan, make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.tasks.task import Task
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.page import page_of
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Kind, Status, Tag
from nnexp.training.spec import make_spec
from tests.plans import Diary
from tests.view import unpacked

TWO = Policy(jobs=2)
Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of the task, somewhere where nnexp is not."""
    (tmp_path / "theirs").mkdir()
    shutil.copy(Path(__file__).with_name("linear_task.py"), tmp_path / "theirs")
    monkeypatch.syspath_prepend(tmp_path / "theirs")
    yield importlib.import_module("linear_task")
    del sys.modules["linear_task"]


@pytest.fixture
def task(module: Any) -> Task:
    linear: Task = module.Linear()
    return linear


@pytest.fixture
def store(database: Path) -> MlflowStore:
    return MlflowStore(Location.from_environment())


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def session(store: MlflowStore, task: Task, diary: Diary) -> Session:
    return Session(store, task, diary)


def plan(task: Task, alphas: tuple[float, ...] = (10.0, 1000.0), seeds: int = 3, **settings: Any) -> Plan:
    chosen = [{"alpha": alpha, "seed": seed, **settings} for alpha in alphas for seed in range(seeds)]
    configs = [task.schema.parse_config(values) for values in chosen]
    return make_plan("alphas", task, [(n, config, Path("out") / str(n)) for n, config in enumerate(configs)])


def test_its_settings_are_checked_as_nnexps_own(task: Task) -> None:
    with pytest.raises(ConfigError, match=r"there is no setting alfa; did you mean alpha\?"):
        task.schema.parse_config({"alfa": 1})
    with pytest.raises(ConfigError, match="loss must be one of hinge, log_loss, but got 'hing'; did you mean hinge"):
        task.schema.parse_config({"loss": "hing"})


def test_a_run_is_trained_and_recorded(session: Session, task: Task, store: MlflowStore) -> None:
    config = task.schema.parse_config({"alpha": 0.01})
    trained = session.train(make_spec(task, config, {"alpha": 0.01}, folder=Path("out")))
    assert len(trained.recorder.epochs) == 5
    [run] = store.runs()
    assert (run.status, run.name) == (Status.FINISHED, "linear alpha=0.01 seed=0")
    assert run.params == {"alpha": "0.01", "loss": "hinge", "epochs": "5", "seed": "0"}
    assert run.tags[Tag.TASK] == "linear"
    assert run.tags[Tag.DATA] == task.examine(config).data.digest  # type: ignore[union-attr]
    assert {name for name in run.metrics if name.startswith(("best/", "final/"))} == {
        "best/epoch", "best/val_accuracy", "final/val_accuracy",
    }  # fmt: skip
    assert 0.8 < run.metrics["final/val_accuracy"] == run.metrics["val/accuracy"] <= 1
    assert [step for step, _ in store.history([run.run_id], "val/margin")[run.run_id]] == [1, 2, 3, 4, 5]
    with np.load(io.BytesIO(store.artifact(run.run_id, "model.npz") or b"")) as arrays:
        assert arrays["coefficients"].shape == (10, 64)
    assert run.incidental == frozenset()
    assert read_archive(run, store, {task.name: task}).config == config


def test_a_run_that_left_something_else_than_its_last_epoch_is_refused(
    session: Session, task: Task, store: MlflowStore, tmp_path: Path
) -> None:
    session.train(make_spec(task, task.schema.parse_config({}), folder=Path("out")))
    [run] = store.runs()
    np.savez(tmp_path / "model.npz", coefficients=np.zeros((10, 64)))
    store.save(run.run_id, [tmp_path / "model.npz"])
    with pytest.raises(RecordError, match=r"model\.npz does not have the digest that epochs\.jsonl gives"):
        read_archive(run, store, {task.name: task})


def test_a_longer_run_goes_on_from_a_shorter_one(session: Session, task: Task, diary: Diary) -> None:
    def digests(epochs: int, *, fresh: bool = False) -> list[str]:
        spec = make_spec(task, task.schema.parse_config({"epochs": epochs}), folder=Path("out"))
        return [epoch.digest for epoch in session.train(spec, Policy(fresh=fresh)).recorder.epochs]  # type: ignore[union-attr]

    short, long = digests(2), digests(5)
    assert "linear seed=0: goes on from epoch 2 of run" in " ".join(diary.lines)
    assert long[:2] == short
    assert long == digests(5, fresh=True)


def test_mlflows_page_opens_on_its_own_charts(session: Session, task: Task, store: MlflowStore) -> None:
    session.sweep(plan(task, seeds=1, epochs=1), TWO)
    page_of(store, "127.0.0.1", 5000).link_to(store.runs(Kind.SWEEP)[0], "seed", [].append)
    [view] = store.open()._client.get_experiment(store.open().experiment_id).tags.values()
    charts = {chart["metricKey"] for chart in unpacked(view)["compareRunCharts"]}
    assert charts == {
        "val/accuracy", "val/margin", "val/mistakes", "final/val_accuracy", "best/val_accuracy", "best/epoch",
    }  # fmt: skip
    assert unpacked(view)["orderByKey"] == "metrics.`final/val_accuracy`"


def test_a_sweep_is_trained_survived_reused_compared_shown_and_proved(
    session: Session, module: Any, task: Task, store: MlflowStore, diary: Diary, tmp_path: Path
) -> None:
    mortal = module.Mortal()
    swept = Session(store, mortal, diary, executor=PoolExecutor).sweep(plan(mortal), TWO)
    assert swept.outcome
    assert (len(swept.outcome.finished), swept.outcome.failures) == (6, [])
    assert [line for line in diary.lines if line.endswith("again")] == ["WorkerLost 1 again"]
    assert "the worker was ended by SIGKILL" in {run.tags.get(Tag.REASON) for run in store.runs()}
    assert store.runs(Kind.SWEEP)[0].status is Status.FINISHED

    again = session.sweep(plan(task), TWO)
    assert (len(again.survey.ledger.done), again.outcome.finished) == (6, [])  # type: ignore[union-attr]
    more = session.sweep(plan(task, alphas=(10.0, 1000.0, 1e-4)), TWO)
    assert (len(more.survey.ledger.done), len(more.outcome.finished)) == (6, 3)  # type: ignore[union-attr]
    assert len(store.runs(status=Status.FINISHED)) == 9

    comparison = compare(session.runs_of(plan(task)), store)
    assert comparison.by == ("alpha",)
    answer = tell(comparison).answer
    assert re.search(r"alpha=10\.0 is the best: 8\d\.\d\d %, 2\d\.\d points \[.*\] ahead of the next", answer), answer
    assert "digit" not in answer
    write_page(comparison, store, tmp_path / "page.html")
    page = re.sub(r"<script.*?</script>", "", (tmp_path / "page.html").read_text(), flags=re.DOTALL)
    assert "alpha: 10.0 or 1000.0?" in page
    assert "digit" not in page.lower()

    runs = session.runs_of(plan(task))
    reruns = session.rerun([run for run in runs if run.is_finished], TWO)
    assert {verdict.answer for verdict in reruns.verdicts} == {Answer.IDENTICAL}
    assert {str(verdict) for verdict in reruns.verdicts} == {"identical in all 5 epochs"}
    assert (len(reruns.verdicts), reruns.exit_status) == (6, 0)
    assert len(store.runs(Kind.RERUN)) == 6


def test_other_code_is_another_experiment(task: Task, store: MlflowStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = plan(task)
    monkeypatch.setattr(type(task), "code", lambda self: "another")
    after = plan(task)
    assert not {run.key for run in before.runs} & {run.key for run in after.runs}
    assert before.key != after.key
    assert len(read_ledger(after.runs, store).to_do) == 6


def test_changed_code_is_named_by_a_rerun(
    session: Session, task: Task, store: MlflowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.train(make_spec(task, task.schema.parse_config({}), folder=Path("out")))
    monkeypatch.setattr(type(task), "code", lambda self: "another")
    reruns = session.rerun(store.runs(), TWO)
    [verdict] = reruns.verdicts
    assert verdict.answer is Answer.IDENTICAL
    assert [difference.what for difference in verdict.differences] == ["code"]


def test_the_commands_look_at_its_runs_and_say_where_they_cannot_go_on(
    session: Session, task: Task, store: MlflowStore, nnexp: Nnexp, tmp_path: Path
) -> None:
    session.sweep(plan(task, seeds=2, epochs=2), TWO)
    run_id = store.runs()[0].run_id
    status, out, err = nnexp("runs", "alpha=10")
    assert (status, out.count("linear alpha=10.0")) == (0, 2), err
    columns = ["run", "name", "sweep", "status", "started", "took", "alpha", "epochs", "val", "%"]
    assert out.splitlines()[0].split() == columns
    for command in (["show", run_id], ["compare", "alphas"], ["report", "alphas", "--to", "page.html"], ["doctor"]):
        status, out, err = nnexp(*command)
        assert status == 0, (command, out, err)
        assert "digit" not in (out + err).lower(), command
    status, out, _ = nnexp("rerun", run_id)
    assert (status, out.count("it was trained by linear, which is not at hand here")) == (2, 1)
    status, _, err = nnexp("predict", run_id)
    assert (status, err.count("it was trained by linear, which leaves no network of nnexp's")) == (2, 1)
