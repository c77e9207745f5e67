"""A store that the version before wrote is listed, compared, shown, asked, exported and proved like one of today.

format-1.tar.xz is such a store, with what that version itself said of it (runs.json, compare.json), and the folder of a
run that was still to be sent to it.
"""

from __future__ import annotations

import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.archive.changes import changed_code, changed_data, changed_environment
from nnexp.archive.network import read_trained
from nnexp.archive.run import read_archive
from nnexp.config.value import parse_values
from nnexp.measure import read_measures
from nnexp.recording.examine import Holes, examine
from nnexp.recording.folder import RunFolder
from nnexp.recording.replay import replay
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Kind, Run, Status, Tag
from nnexp.undeclared import measure_named

STORE = Path(__file__).with_name("format-1.tar.xz")
WRITTEN_AT = "file:///tmp/format1"
FINISHED = ["784-3-10 seed=0", "784-3-10 seed=1", "784-4-10 seed=0", "784-4-10 seed=1", "784-4-3-10 staged-20 eta="]

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def decoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where MNIST is kept decoded, for all of these tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def old(isolated: Path, decoded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, unpacked where nnexp looks for it."""
    monkeypatch.setenv("NNEXP_CACHE", str(decoded))
    with tarfile.open(STORE) as archive:
        archive.extractall(isolated, filter="data")
    here = isolated.as_uri()
    with closing(sqlite3.connect(isolated / "mlflow.db")) as database, database:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            database.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (WRITTEN_AT, here))
    return isolated


@pytest.fixture
def store() -> MlflowStore:
    return MlflowStore(Location.from_environment())


@pytest.fixture
def finished(store: MlflowStore) -> list[Run]:
    return sorted(store.runs(status=Status.FINISHED), key=lambda run: run.name)


def said(old: Path, name: str) -> Any:
    return json.loads((old / name).read_text())


def test_runs_are_listed_as_they_were(nnexp: Nnexp, old: Path) -> None:
    status, out, err = nnexp("runs", "--json")
    assert (status, err) == (0, "")
    for now, then in zip(json.loads(out), said(old, "runs.json"), strict=True):
        assert now | then | {"params": parse_values(then["params"])} == now  # more is told than was then


def test_they_are_found_by_settings_and_sweep(nnexp: Nnexp) -> None:
    status, out, _ = nnexp("runs", "--json", "--sweep", "old", "hidden=4", "--sort", "seed")
    assert status == 0
    assert [run["name"] for run in json.loads(out)] == ["784-4-10 seed=0", "784-4-10 seed=1"]


def test_a_comparison_comes_to_the_same_numbers(nnexp: Nnexp, old: Path) -> None:
    status, out, _ = nnexp("compare", "old", "--json")
    assert status == 0
    now, then = json.loads(out), said(old, "compare.json")
    assert (now["by"], now["metric"], now["run_ids"]) == (then["by"], then["metric"], then["run_ids"])
    before = {setting["setting"]: setting for setting in then["settings"]}
    for setting in now["settings"]:
        for name in ("n", "runs", "best_epoch_mean", "epoch_seconds", "run_seconds"):
            assert setting[name] == pytest.approx(before[setting["setting"]][name], rel=1e-12), name


def test_which_of_its_runs_were_lost_is_read_off_their_answers(nnexp: Nnexp, old: Path) -> None:
    _, out, _ = nnexp("compare", "old", "--json")
    then = {setting["setting"]: setting for setting in said(old, "compare.json")["settings"]}
    for setting in json.loads(out)["settings"]:
        assert setting["lost"] >= then[setting["setting"]]["never_predicted_runs"]
        assert set(setting["lost_what"].split()) >= set(then[setting["setting"]]["never_predicted_digits"].split())


def test_its_metrics_are_known_though_they_were_never_declared(finished: list[Run]) -> None:
    for run in finished:
        declared = read_measures(run.tags.get(Tag.MEASURES))
        assert measure_named("final/test_accuracy", declared).is_fraction
        assert measure_named("final/test_accuracy", declared).higher_is_better
        assert not measure_named("train/cost", declared).higher_is_better


@pytest.mark.parametrize("name", ["784-4-10 seed=1", "784-4-3-10 staged-20"])
def test_a_run_is_shown(nnexp: Nnexp, finished: list[Run], name: str) -> None:
    run = next(run for run in finished if run.name.startswith(name))
    status, out, err = nnexp("show", run.run_id)
    assert status == 0, err
    for part in ("batch_size", "2.4.6", "accuracy, %", "is a", run.tags[Tag.NEVER_PREDICTED], run.key or "no key"):
        assert part in out
    assert ("identical in all 2 epochs" in out) == (Tag.VERIFIED in run.tags)


def test_a_failed_run_is_shown(nnexp: Nnexp, store: MlflowStore) -> None:
    [failed] = store.runs(status=Status.FAILED)
    status, out, err = nnexp("show", failed.run_id)
    assert status == 0, err
    assert "stopped being finite" in out


def test_two_runs_are_held_against_each_other(nnexp: Nnexp, finished: list[Run]) -> None:
    status, out, _ = nnexp("diff", finished[0].run_id, finished[1].run_id)
    assert status == 0
    assert "seed" in out
    assert "batch_size" not in out


def test_a_page_is_written(nnexp: Nnexp, tmp_path: Path) -> None:
    status, _, err = nnexp("report", "old", "--to", tmp_path / "page.html")
    assert status == 0, err
    page = (tmp_path / "page.html").read_text()
    assert "hidden: 3 or 4?" in page
    assert "21.80" in page


def test_its_network_answers(nnexp: Nnexp, finished: list[Run]) -> None:
    status, out, err = nnexp("predict", finished[-1].run_id, "--index", 1)
    assert status == 0, err
    assert "the network says" in out


def test_its_network_is_exported(nnexp: Nnexp, old: Path, finished: list[Run]) -> None:
    run = finished[0]
    status, _, err = nnexp("export", run.run_id, "--to", old / "exported")
    assert status == 0, err
    with (
        np.load(old / "exported" / "parameters.npz") as now,
        np.load(old / "mlruns" / "nnexp" / run.run_id / "artifacts" / "parameters.npz") as then,
    ):
        assert now.files == then.files
        for name in then.files:
            np.testing.assert_array_equal(now[name], then[name])


def test_its_network_reaches_what_was_recorded(finished: list[Run], store: MlflowStore) -> None:
    trained = read_trained(finished[2], store)
    dataset, right = trained.dataset, 0
    for picture, label in zip(dataset.test.images[:500], dataset.test.labels[:500], strict=True):
        right += int(trained.outputs(picture, dataset.scale).argmax()) == label
    recorded = np.load(old_file(store, finished[2], "predictions.npz"))
    assert right == int((recorded["predicted"][:500] == recorded["labels"][:500]).sum())


def old_file(store: MlflowStore, run: Run, name: str) -> Path:
    [file] = Path("mlruns").glob(f"nnexp/{run.run_id}/artifacts/{name}")
    return file


def test_every_finished_run_is_whole_and_agrees_with_itself(finished: list[Run], store: MlflowStore) -> None:
    assert [run.name[: len(name)] for run, name in zip(finished, FINISHED, strict=True)] == FINISHED
    for run in [*finished, *store.runs(Kind.RERUN)]:
        archive = read_archive(run, store)
        assert (archive.task.name, len(archive.epochs)) == ("network", int(run.params["epochs"]))
        last = archive.epochs[-1].metrics
        assert {name: last[name] for name in last.keys() & run.metrics.keys()} == {
            name: value for name, value in run.metrics.items() if not name.startswith(("best/", "final/"))
        }
        assert last["digits_never_predicted"] == run.metrics["final/digits_never_predicted"]
        assert changed_data(archive, archive.task.examine(archive.config).data) == []


def test_nothing_is_amiss(nnexp: Nnexp, store: MlflowStore) -> None:
    assert examine(store) == Holes([], [])
    status, _, _ = nnexp("doctor")
    assert status == 0


def test_it_is_trained_again_and_the_code_that_changed_is_named(
    nnexp: Nnexp, finished: list[Run], store: MlflowStore
) -> None:
    """The version before drew its first parameters in another way, so the bits are others from the first epoch on."""
    same_here = not changed_environment(read_archive(finished[0], store))
    typed = ["rerun", *(run.run_id for run in finished), "--json", *([] if same_here else ["--here"])]
    status, out, err = nnexp(*typed)
    verdicts = json.loads(out)
    assert len(verdicts) == 5, err
    assert status == 1
    for verdict in verdicts:
        assert any(difference["what"] == "code" for difference in verdict["differences"])
        assert (verdict["answer"], verdict["parted"]) == ("different", 1)
        assert verdict["reason"].startswith("the code that decides the numbers has changed"), verdict
    reruns = [run for run in store.runs(Kind.RERUN) if run.tags.get(Tag.FORMAT) == "2"]
    assert {run.tags[Tag.RERUN_OF] for run in reruns} == {run.run_id for run in finished}


def test_the_code_that_trained_it_is_named_by_its_commit(finished: list[Run], store: MlflowStore) -> None:
    [difference] = changed_code(read_archive(finished[0], store))
    assert "digest 32d2db354a74 (commit e5750eea) was recorded" in str(difference)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("UPDATE params SET value = '2.5' WHERE key = 'eta'", "eta is "),
        ("UPDATE tags SET value = 'f' WHERE key = 'nnexp.key'", "but nnexp.key says f"),
    ],
)
def test_a_record_that_was_changed_is_refused(nnexp: Nnexp, finished: list[Run], change: str, message: str) -> None:
    with closing(sqlite3.connect("mlflow.db")) as database, database:
        database.execute(change)
    status, out, _ = nnexp("rerun", finished[0].run_id)
    assert status == 2
    assert message in out


class TestWhatWaits:
    """A folder that the version before left, because its store was away."""

    @pytest.fixture
    def folder(self, old: Path) -> RunFolder:
        return RunFolder(old / "waiting")

    def test_it_is_replayed_with_the_same_metrics(self, folder: RunFolder, finished: list[Run]) -> None:
        store = MemoryStore()
        replay(folder, store, print)
        [run] = store.runs()
        original = next(run for run in finished if run.name == "784-4-10 seed=1")
        recorded = {name: value for name, value in run.metrics.items() if name in original.metrics}
        assert recorded == original.metrics
        assert set(run.metrics) - set(original.metrics) == {"test/cost", "digits_never_predicted"}  # lay in the files
        assert (run.status, run.params, run.key) == (Status.FINISHED, original.params, original.key)
        assert run.tags[Tag.NEVER_PREDICTED] == original.tags[Tag.NEVER_PREDICTED] == "0 5 6 7"
        assert run.tags[Tag.ENVIRONMENT] == original.tags[Tag.ENVIRONMENT]
        assert store.history([run.run_id], "val/accuracy")[run.run_id] == [(1, 0.1716), (2, 0.1894)]

    def test_it_can_be_trained_again_from_there(self, folder: RunFolder) -> None:
        store = MemoryStore()
        replay(folder, store, print)
        assert len(read_archive(store.runs()[0], store).epochs) == 2

    def test_it_goes_to_the_store_that_it_was_meant_for_once(self, folder: RunFolder, store: MlflowStore) -> None:
        before = store.runs()
        replay(folder, store, print)
        after = store.runs()
        assert [run.run_id for run in after] == [run.run_id for run in before]  # it had been sent in the meantime
        assert [run.status for run in after] == [run.status for run in before]
