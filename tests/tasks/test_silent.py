"""A task that declares no metric: what it measures is compared, shown, exported and proved as nnexp's own is."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from plotly.offline import get_plotlyjs

from nnexp.archive.audit import audit
from nnexp.archive.proof import Answer
from nnexp.comparison.compare import compare
from nnexp.comparison.look import look_at
from nnexp.errors import ConfigError, RecordError
from nnexp.measure import CHOOSE, DOWN
from nnexp.recording.folder import RunFolder
from nnexp.recording.identity import finished_run
from nnexp.recording.replay import replay
from nnexp.report.prose.told import tell
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.plan import Plan, make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.reached import told
from nnexp.sweep.session import Session
from nnexp.tasks.task import Task
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.page import page_of
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Kind, Run, Tag, declared_by
from nnexp.training.events import Epoch, Finished
from nnexp.training.execute import execute
from nnexp.training.spec import make_spec
from tests.plans import Diary
from tests.view import unpacked

ONE = Policy(jobs=1)
OURS = re.compile(r"784-30-10|digit|confus|test set|test example|weights_|mnist", re.IGNORECASE)
Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    """The task, somewhere where nnexp is not."""
    (tmp_path / "theirs").mkdir()
    shutil.copy(Path(__file__).with_name("linear_task.py"), tmp_path / "theirs")
    monkeypatch.syspath_prepend(tmp_path / "theirs")
    yield importlib.import_module("linear_task").Silent()
    del sys.modules["linear_task"]


@pytest.fixture
def store(database: Path) -> MlflowStore:
    return MlflowStore(Location.from_environment())


@pytest.fixture
def session(store: MlflowStore, task: Task) -> Session:
    return Session(store, task, Diary(), executor=lambda _slots: InProcessExecutor())


def plan(task: Task, alphas: tuple[float, ...] = (10.0, 1000.0), seeds: int = 3) -> Plan:
    chosen = [{"alpha": alpha, "seed": seed, "epochs": 3} for alpha in alphas for seed in range(seeds)]
    configs = [task.schema.parse_config(values) for values in chosen]
    return make_plan("alphas", task, [(n, config, Path("out") / str(n)) for n, config in enumerate(configs)])


def train(session: Session, **settings: Any) -> Run:
    config = session.task.schema.parse_config({"epochs": 3, **settings})
    session.train(make_spec(session.task, config, folder=Path("out")))
    return session.store.runs()[0]


def test_what_it_measured_is_declared_when_it_ends(session: Session, store: MlflowStore) -> None:
    run = train(session)
    declared = declared_by([run])
    assert list(declared) == [
        "time/total_s", "train/loss", "val_loss", "val_acc", "spread", "energy", "test_acc", "time/fit_s",
    ]  # fmt: skip
    assert [one.name for one in declared.values() if one.purpose == CHOOSE] == ["val_loss"]
    assert (declared["val_loss"].better, declared["val_acc"].unit) == (DOWN, "")
    losses = [value for _, value in store.history([run.run_id], "val_loss")[run.run_id]]
    assert run.metrics["best/val_loss"] == min(losses)


def test_the_last_value_of_each_counts_and_what_is_known_only_at_the_end(session: Session, store: MlflowStore) -> None:
    run = train(session)
    assert [epoch for epoch, _ in store.history([run.run_id], "spread")[run.run_id]] == [2]
    assert run.metrics["final/spread"] == run.metrics["spread"]
    assert (run.metrics["final/energy"], run.metrics["energy"]) == (1000.5, 1000.5)
    assert store.history([run.run_id], "energy")[run.run_id] == [(3, 1000.5)]
    assert not audit(store)


def test_whoever_decides_while_it_runs_decides_as_from_the_records(session: Session, store: MlflowStore) -> None:
    config = session.task.schema.parse_config({"epochs": 3})
    events = [*execute(session.task, session.task.schema.values(config))]
    epochs, end = [event for event in events if isinstance(event, Epoch)], events[-1]
    assert isinstance(end, Finished)
    live, run = finished_run(make_spec(session.task, config), epochs, end), train(session)
    assert live.tags[Tag.MEASURES] == run.tags[Tag.MEASURES]
    untimed = {name for name in run.metrics if "time" not in name}
    assert {name: live.metrics[name] for name in untimed} == {name: run.metrics[name] for name in untimed}
    assert live.metrics.keys() == run.metrics.keys()


def test_a_store_that_was_away_is_told_all_of_it(session: Session, store: MlflowStore) -> None:
    before, other = train(session), MemoryStore()
    replay(RunFolder(Path("out")), other, print)
    [after] = other.runs()
    assert after.metrics == before.metrics
    assert after.tags[Tag.MEASURES] == before.tags[Tag.MEASURES]
    assert other.artifact(after.run_id, "scatter.png") == store.artifact(before.run_id, "scatter.png")
    Path("out/metrics.json").write_text("{}")
    with pytest.raises(RecordError, match=r"metrics\.json is not what it was when the run ended"):
        replay(RunFolder(Path("out")), MemoryStore(), print)


def test_a_rerun_compares_what_was_known_at_the_end_but_for_the_times(session: Session, store: MlflowStore) -> None:
    run = train(session)
    [verdict] = session.rerun([run], ONE).verdicts
    assert (verdict.answer, verdict.differences) == (Answer.IDENTICAL, ())
    altered = json.dumps({"format": 2, "metrics": {"energy": 1000.25, "test_acc": run.metrics["test_acc"]}})
    Path("metrics.json").write_text(altered)
    store.save(run.run_id, [Path("metrics.json")])
    [verdict] = session.rerun([run], ONE).verdicts
    assert verdict.answer is Answer.DIFFERENT
    assert [str(one) for one in verdict.differences] == ["metrics.json, energy: 1000.25 was recorded, 1000.5 is here"]
    assert any("metrics.json in the store is not what the run left" in finding for finding in audit(store))


def test_a_picture_that_was_altered_is_named(session: Session, store: MlflowStore) -> None:
    train(session)
    Path("out/scatter.png").write_bytes(Path("out/broad.png").read_bytes()[:-1])
    assert any("scatter.png" in finding for finding in audit(store))
    Path("out/broad.png").unlink()
    assert any("broad.png is gone" in finding for finding in audit(store))


def test_a_program_s_own_pictures_are_none_of_the_run_s(session: Session, store: MlflowStore) -> None:
    Path("out").mkdir()
    Path("out/own.png").write_bytes(b"anything")
    run = train(session)
    assert run.tags[Tag.FILES] == "model.npz scatter.png broad.png metrics.json"
    assert store.artifact(run.run_id, "own.png") is None
    assert not audit(store)


def test_its_settings_are_compared_by_what_its_names_say(session: Session, task: Task, store: MlflowStore) -> None:
    session.sweep(plan(task), ONE)
    comparison = compare(store.runs(), store)
    assert comparison.measure.name == "final/val_loss"
    told = tell(comparison)
    assert told.answer.startswith("alpha=10.0 is the best: ")
    assert "1 run left out: no number for validation loss." in told.notes
    assert any(line.startswith("Nobody declared what to choose by: the validation loss") for line in told.notes)
    assert not OURS.search(" ".join([told.answer, *told.details, *told.notes]))
    turned = compare(store.runs(), store, better="high")
    assert tell(turned).answer.startswith("alpha=1000.0 is the best: ")
    assert not any("declared" in line for line in tell(turned).notes)
    assert tell(compare(store.runs(), store, metric="val_acc")).answer.startswith("alpha=10.0 is the best: 8")
    undirected = compare(store.runs(), store, metric="energy")
    assert any("Nothing says which way energy is better" in line for line in tell(undirected).notes)
    with pytest.raises(ConfigError, match="better must be low or high, but got 'lower'"):
        compare(store.runs(), store, metric="energy", better="lower")


def test_looks_are_made_by_the_same_metric(session: Session, task: Task, store: MlflowStore) -> None:
    session.sweep(plan(task), ONE)
    runs = store.runs()
    settings = {alpha: [run for run in runs if run.params["alpha"] == alpha] for alpha in ("10.0", "1000.0")}
    looked = look_at(store, settings, 3)
    assert looked
    assert looked.found.may_be_best == ["10.0"]


def test_mlflows_page_draws_all_of_its_metrics(session: Session, task: Task, store: MlflowStore) -> None:
    session.sweep(plan(task, seeds=1), ONE)
    page_of(store, "127.0.0.1", 5000).link_to(store.runs(Kind.SWEEP)[0], "seed", [].append)
    [view] = store.open()._client.get_experiment(store.open().experiment_id).tags.values()
    charts = {chart["metricKey"]: chart["type"] for chart in unpacked(view)["compareRunCharts"]}
    assert {name for name, kind in charts.items() if kind == "LINE"} == {
        "val_loss", "test_acc", "train/loss", "val_acc", "spread", "energy",
    }  # fmt: skip
    assert charts["final/energy"] == "BAR"


def test_the_commands_need_none_of_its_code(
    session: Session, task: Task, store: MlflowStore, nnexp: Nnexp, tmp_path: Path
) -> None:
    session.sweep(plan(task, seeds=2), ONE)
    first, other = (run.run_id for run in store.runs()[:2])
    said = {}
    for command in (
        ["runs"], ["show", first], ["diff", first, other], ["compare"], ["compare", "--md"], ["compare", "--latex"],
        ["compare", "--csv"], ["compare", "--json"], ["compare", "--metric", "energy", "--better", "low"], ["doctor"],
        ["report", "--metric", "val_acc", "--better", "high", "--to", "page.html"],
        ["export", first, "--to", "exported"], ["certify", "alphas", "--to", "x.json"],
    ):  # fmt: skip
        status, out, err = nnexp(*command)
        assert status == 0, (command, out, err)
        assert not OURS.search(out + err), (command, out, err)
        said[command[0]] = out
    assert {"run", "name", "sweep", "status", "epochs", "val", "test"} <= {*said["runs"].splitlines()[0].split()}
    assert re.search("energy +1002 *\n", said["show"])
    assert {file.name for file in (tmp_path / "exported").iterdir()} == {
        "model.npz", "scatter.png", "broad.png", "metrics.json", "config.json", "epochs.jsonl",
    }  # fmt: skip
    for command, ending in (["rerun", first], 2), (["predict", first], 2), (["verify", "x.json"], 2):
        status, out, err = nnexp(*command)
        assert (status, (out + err).count("it was trained by silent.py:train, which")) == (ending, 1), out


def test_without_a_folder_each_run_is_exported_into_one_of_its_own(
    session: Session, task: Task, store: MlflowStore, nnexp: Nnexp
) -> None:
    session.sweep(plan(task, seeds=2), ONE)
    runs = store.runs()[:2]
    folders = {nnexp("export", run.run_id)[1].partition("/")[0]: run for run in runs}
    assert len(folders) == 2
    for folder, run in folders.items():
        assert folder.startswith("linear-")
        assert folder.endswith(f"-{run.run_id[:8]}")
        assert Path(folder, "metrics.json").is_file()
    status, _, err = nnexp("export", runs[0].run_id)
    assert (status, err.endswith(" exists already; name a new folder with --to\n")) == (2, True)


def test_its_pictures_stand_on_the_page(session: Session, task: Task, store: MlflowStore, nnexp: Nnexp) -> None:
    session.sweep(plan(task), ONE)
    assert nnexp("report", "--to", "page.html")[0] == 0
    page = Path("page.html").read_text().replace(get_plotlyjs(), "")
    captions = re.findall(r'<figure class="picture"><figcaption>(.*?)</figcaption><img src="data:image/png', page)
    assert len(captions) == 4
    assert captions[0].startswith("scatter: alpha=10.0, seed ")
    assert captions[0].endswith(" (a typical run)")
    assert not OURS.search(re.sub(r"<script.*?</script>|base64,[^\"]*", "", page, flags=re.DOTALL))


def test_runs_are_sorted_best_first_by_any_of_its_metrics(
    session: Session, task: Task, store: MlflowStore, nnexp: Nnexp
) -> None:
    session.sweep(plan(task), ONE)

    def values(*options: str) -> list[float]:
        metric = options[0]
        return [run["metrics"][metric] for run in json.loads(nnexp("runs", "--json", "--sort", *options)[1])]

    losses = values("val_loss")
    assert isnan(losses.pop()) if losses[-1] != losses[-1] else losses.pop() is None  # no number comes last
    assert losses == sorted(losses)
    assert "spread" in nnexp("runs", "--sort", "spread")[1].splitlines()[0]
    accuracies = values("val_acc")
    assert accuracies == sorted(accuracies, reverse=True)
    assert values("val_acc", "--better", "low") == sorted(accuracies)


def test_what_came_is_told_while_it_trains(task: Task) -> None:
    came = {"train/loss": 0.5, "val_acc": 0.912, "time/step_s": 1.0, "lr": 1e-4, "time/total_s": 2.0}
    assert told(task, came) == "train/loss 0.5, val_acc 91.20%, lr 0.0001"
    many = {f"a metric of many words {n}": float(n) for n in range(9)}
    assert told(task, many) == "a metric of many words 0 0"
    assert told(task, {"time/total_s": 2.0}) == ""
