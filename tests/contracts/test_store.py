"""The contract of nnexp/tracking/store.py, held for every implementation."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Kind, Metric, RunStart, Status, Tag
from nnexp.tracking.store import Store
from tests.patience import HANGS_S

RUN = {Tag.KIND: "run"}
NOBODY = "f" * 32
SHOWN = {Tag.SOURCE: "nnexp", Tag.COMMIT: "c0ffee00" * 5, Tag.USER: "me", Tag.NOTE: "# The answer\n\nis *yes*."}
AWKWARD = [
    "it's",
    'say "x"',
    "both ' and \"",
    "`ticks`",
    "back\\slash",
    "x' or tags.`a` = 'b",
    "100 %_",
    "Größe 漢字",
    "a\nb",
]


def new(name: str = "784-30-10", started_at: int = 1000, **fields: Any) -> RunStart:
    return RunStart(name, started_at, **({"tags": RUN} | fields))


def only(store: Store) -> Any:
    (record,) = store.runs(None)
    return record


HOLD = """
import sys
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
store = MlflowStore(Location(sys.argv[1], sys.argv[2]))
print(store.claims.take("a"), flush=True)
input()
store.claims.let_go("a")
"""


def test_other_code_is_told_where_a_run_is_where_that_can_be_reached(store: Store) -> None:
    run_id = store.create(new())
    variables = store.variables(run_id)
    assert all(isinstance(text, str) for text in variables.values())
    assert bool(variables) == bool(store.address)
    assert not variables or run_id in variables.values()


class TestCreate:
    def test_a_run_is_remembered_as_it_began(self, store: Store) -> None:
        run_id = store.create(new(params={"eta": "3.0", "hidden": "[100, 30]"}, tags=RUN | {Tag.KEY: "abc"}))
        record = only(store)
        assert (record.run_id, record.name, record.started_at) == (run_id, "784-30-10", 1000)
        assert (record.status, record.ended_at) == (Status.RUNNING, None)
        assert record.params == {"eta": "3.0", "hidden": "[100, 30]"}
        assert (record.key, record.kind) == ("abc", "run")
        assert record.metrics == {}

    def test_the_same_run_is_begun_once(self, store: Store) -> None:
        run = new(tags=RUN | {Tag.UID: "u1"}, params={"eta": "3.0"})
        assert store.create(run) == store.create(run) == only(store).run_id

    def test_a_run_that_was_begun_while_the_clock_was_ahead_is_begun_once(self, store: Store) -> None:
        run = new(tags=RUN | {Tag.UID: "u1"}, started_at=4_000_000_000_000)
        again = MlflowStore(store.location) if isinstance(store, MlflowStore) else store
        assert store.create(run) == again.create(run) == only(store).run_id

    def test_runs_alike_are_two_runs_all_the_same(self, store: Store) -> None:
        ids = {store.create(new(tags=RUN | {Tag.UID: uid})) for uid in ("u1", "u2")}
        assert len(ids) == len(store.runs()) == 2

    def test_a_child_names_its_parent(self, store: Store) -> None:
        parent = store.create(new("sweep", tags={Tag.KIND: "sweep"}))
        child = store.create(new(parent_id=parent))
        assert store.runs()[0].parent_id == parent
        assert [record.run_id for record in store.runs(None, tags={Tag.PARENT: parent})] == [child]
        assert store.runs(Kind.SWEEP)[0].parent_id is None

    def test_a_dataset_and_names_of_any_length_are_accepted(self, store: Store) -> None:
        dataset = {"name": "d" * 600, "digest": "e" * 64, "source": "/" + "s" * 4000}
        store.create(new("784-30-10 " + "eta=3.0 " * 100, dataset=dataset, params={"dataset.path": "/" + "p" * 7000}))
        record = only(store)
        assert record.name.startswith("784-30-10 eta=3.0")
        assert record.params["dataset.path"].startswith("/ppp")


class TestLog:
    def test_the_latest_value_of_each_metric_is_the_one_of_the_last_step(self, store: Store) -> None:
        run_id = store.create(new())
        store.log(run_id, [Metric("a", 0.1, 1, 10), Metric("a", 0.3, 2, 20), Metric("b", 7.0, 0, 20)])
        assert only(store).metrics == {"a": 0.3, "b": 7.0}

    def test_writing_twice_leaves_one_copy(self, store: Store) -> None:
        run_id = store.create(new())
        metrics = [Metric("a", 0.1, 1, 10), Metric("a", math.nan, 2, 20)]
        for _ in range(2):
            store.log(run_id, metrics + metrics[:1], {"note": "x"})
        pairs = store.history([run_id], "a")[run_id]
        assert [step for step, _ in pairs] == [1, 2]
        assert only(store).tags["note"] == "x"

    def test_nan_is_a_value(self, store: Store) -> None:
        run_id = store.create(new())
        store.log(run_id, [Metric("a", math.nan, 1, 10)])
        assert math.isnan(only(store).metrics["a"])
        assert math.isnan(store.history([run_id], "a")[run_id][0][1])

    def test_a_tag_can_be_set_again(self, store: Store) -> None:
        run_id = store.create(new(tags=RUN | {"note": "old"}))
        store.log(run_id, tags={"note": "new"})
        assert only(store).tags["note"] == "new"

    def test_thousands_of_metrics_go_in_one_call_and_again(self, store: Store) -> None:
        run_id = store.create(new())
        metrics = [Metric("a", step / 7, step, 10) for step in range(1, 2502)]
        store.log(run_id, metrics)
        store.log(run_id, metrics[900:1100])
        assert store.history([run_id], "a")[run_id] == [(m.step, m.value) for m in metrics]

    def test_a_run_may_begin_with_thousands_of_anything(self, store: Store) -> None:
        params = {f"p{n}": str(n) for n in range(250)}
        tags = {f"t{n}": str(n) for n in range(250)}
        metrics = [Metric("a", step / 7, step, 10) for step in range(1, 2502)]
        run = new(params=params, tags=RUN | tags | {Tag.UID: "u"}, metrics=metrics)
        run_id = store.create(run)
        assert store.create(run) == run_id
        assert only(store).params == params
        assert tags.items() <= only(store).tags.items()
        assert store.history([run_id], "a")[run_id] == [(m.step, m.value) for m in metrics]

    def test_history_is_sorted_by_step_and_leaves_out_runs_that_have_none(self, store: Store) -> None:
        first, second, third = (store.create(new(started_at=n)) for n in (1, 2, 3))
        store.log(first, [Metric("a", 0.3, 3, 10), Metric("a", 0.1, 1, 30), Metric("a", 0.2, 2, 20)])
        store.log(second, [Metric("a", 0.5, 1, 10), Metric("b", 1.0, 1, 10)])
        expected = {first: [(1, 0.1), (2, 0.2), (3, 0.3)], second: [(1, 0.5)]}
        assert store.history([third, second, first], "a") == expected
        assert store.history([first], "b") == store.history([], "a") == {}


class TestEnd:
    @pytest.mark.parametrize("status", [Status.FINISHED, Status.FAILED, Status.KILLED])
    def test_a_run_ends_as_it_is_told(self, store: Store, status: Status) -> None:
        run_id = store.create(new())
        for _ in range(2):
            store.end(run_id, status, 5000)
        assert (only(store).status, only(store).ended_at) == (status, 5000)

    def test_running_opens_it_again(self, store: Store) -> None:
        run_id = store.create(new())
        store.end(run_id, Status.KILLED, 5000)
        store.end(run_id, Status.RUNNING, 6000)
        assert (only(store).status, only(store).ended_at) == (Status.RUNNING, None)
        store.end(run_id, Status.FINISHED, 7000)
        assert (only(store).status, only(store).ended_at) == (Status.FINISHED, 7000)


class TestDelete:
    def test_what_is_deleted_is_read_by_nobody(self, store: Store) -> None:
        run = new(tags=RUN | {Tag.UID: "u1"})
        gone, stays = store.create(run), store.create(new("stays"))
        store.log(gone, [Metric("a", 0.1, 1, 10)])
        store.end(gone, Status.FINISHED, 5000)
        store.delete(gone)
        assert [record.run_id for record in store.runs(None)] == [stays]
        again = store.create(run)
        assert {record.run_id for record in store.runs(None)} == {again, stays}
        assert again != gone


class TestArtifacts:
    def test_bytes_come_back_as_they_went_and_the_last_copy_counts(self, store: Store, tmp_path: Path) -> None:
        run_id = store.create(new())
        file = tmp_path / "parameters.npz"
        for content in (b"first", bytes(range(256))):
            file.write_bytes(content)
            store.save(run_id, [file])
        assert store.artifact(run_id, "parameters.npz") == bytes(range(256))

    def test_several_files_and_one_that_is_empty(self, store: Store, tmp_path: Path) -> None:
        run_id = store.create(new())
        files = [tmp_path / "a.json", tmp_path / "b.txt"]
        files[0].write_text("{}")
        files[1].write_text("")
        store.save(run_id, files)
        assert (store.artifact(run_id, "a.json"), store.artifact(run_id, "b.txt")) == (b"{}", b"")

    def test_none_where_there_is_no_such_artifact(self, store: Store) -> None:
        assert store.artifact(store.create(new()), "config.json") is None


class TestRuns:
    def test_newest_first(self, store: Store) -> None:
        for started_at in (2000, 1000, 3000):
            store.create(new(started_at=started_at))
        assert [record.started_at for record in store.runs()] == [3000, 2000, 1000]

    def test_kinds_are_told_apart(self, store: Store) -> None:
        for kind in Kind:
            store.create(new(kind.value, tags={Tag.KIND: kind}))
        store.create(new("not ours", tags={}))
        assert [[r.name for r in store.runs(kind)] for kind in Kind] == [["run"], ["sweep"], ["rerun"]]
        assert len(store.runs(None)) == 4

    def test_status_and_tags_narrow_the_list(self, store: Store) -> None:
        done, other, _ = (store.create(new(tags=RUN | {"s": s, "t": "1"})) for s in ("x", "y", "x"))
        for run_id in (done, other):
            store.end(run_id, Status.FINISHED, 5000)
        assert [r.run_id for r in store.runs(status=Status.FINISHED, tags={"s": "x", "t": "1"})] == [done]
        assert store.runs(tags={"s": "x", "t": "2"}) == []

    @pytest.mark.parametrize("value", AWKWARD)
    def test_a_tag_may_hold_any_text(self, store: Store, value: str) -> None:
        store.create(new(tags=RUN | {"t": "another"}))
        run_id = store.create(new(tags=RUN | {"t": value}))
        assert [(r.run_id, r.tags["t"]) for r in store.runs(tags={"t": value})] == [(run_id, value)]


class TestTags:
    def test_what_a_store_calls_otherwise_comes_back_by_our_names(self, store: Store) -> None:
        first = store.create(new(tags=RUN | SHOWN))
        second = store.create(new(tags=RUN | SHOWN | {Tag.USER: "you"}))
        store.log(second, tags={Tag.NOTE: "no"})
        records = {record.run_id: record.tags for record in store.runs()}
        assert SHOWN.items() <= records[first].items()
        assert (records[second][Tag.USER], records[second][Tag.NOTE]) == ("you", "no")
        for tags in ({Tag.USER: "me"}, {Tag.NOTE: SHOWN[Tag.NOTE]}):
            assert [record.run_id for record in store.runs(tags=tags)] == [first]

    def test_a_run_that_carries_no_tag_of_ours_is_read_all_the_same(self, store: Store) -> None:
        store.create(new(tags={}))
        record = only(store)
        assert (record.key, record.kind, record.parent_id, record.tags.get(Tag.FORMAT)) == (None, None, None, None)


class TestPrepare:
    def test_a_store_that_is_prepared_is_there_and_holds_what_it_held(self, store: Store) -> None:
        run_id = store.create(new())
        for _ in range(2):
            store.prepare()
        assert store.exists
        assert only(store).run_id == run_id

    def test_reading_a_store_that_nobody_wrote_finds_nothing(self, store: Store) -> None:
        assert store.runs(None) == []


class TestUnknownRun:
    def test_whatever_is_done_to_it_is_a_tracking_error(self, store: Store, tmp_path: Path) -> None:
        file = tmp_path / "a"
        file.write_text("a")
        for act in (
            lambda: store.log(NOBODY, [Metric("a", 1.0, 1, 1)]),
            lambda: store.save(NOBODY, [file]),
            lambda: store.end(NOBODY, Status.FINISHED, 1),
            lambda: store.artifact(NOBODY, "a"),
        ):
            with pytest.raises(TrackingError, match=NOBODY):
                act()


class TestUnreachable:
    @pytest.mark.parametrize(
        "uri",
        [
            "http://127.0.0.1:{port}",
            "postgresql+psycopg://me:secret@127.0.0.1:{port}/runs",
            "postgresql+psycopg://postgres:@/postgres?host=/nowhere",
            "nonsense://somewhere",
            "file:///tmp/mlruns",
            "./runs",
        ],
    )
    def test_it_is_a_tracking_error_in_one_line(self, uri: str, closed_port: int) -> None:
        store = MlflowStore(Location(uri.format(port=closed_port), "x"))
        for act in (store.runs, store.prepare):
            with pytest.raises(TrackingError, match=r"the tracking store .* cannot be (read|used|reached): ") as raised:
                act()
            assert "\n" not in str(raised.value)
            assert "secret" not in str(raised.value)

    def test_a_database_that_breaks_while_it_is_open(self, database: Path) -> None:
        store = MlflowStore(Location(f"sqlite:///{database}", "x"))
        run_id = store.create(new())
        for name in (f"{database}-wal", f"{database}-shm"):
            Path(name).unlink(missing_ok=True)
        database.write_bytes(b"garbage" * 1000)
        for act in (
            lambda: store.create(new()),
            lambda: store.log(run_id, [Metric("a", 1.0, 1, 1)]),
            lambda: store.end(run_id, Status.FINISHED, 1),
            lambda: store.runs(),
            lambda: store.history([run_id], "a"),
            lambda: store.artifact(run_id, "a"),
        ):
            with pytest.raises(TrackingError, match=r"mlflow\.db cannot be "):
                act()


def test_many_may_begin_to_learn_from_the_same_data_at_once(store: Store) -> None:
    if not isinstance(store, MlflowStore):
        return  # a store in memory has no other client
    others = [MlflowStore(store.location) for _ in range(6)]
    for other in others:
        other.open()
    data = {"name": "digits", "digest": "d" * 64, "source": "here"}

    def begin(other: MlflowStore) -> str:
        return other.create(new(dataset=data))

    with ThreadPoolExecutor(len(others)) as threads:
        made = [*threads.map(begin, others)]
    assert {record.run_id for record in store.runs(None)} == {*made}


class TestClaims:
    def test_one_holds_a_name_until_it_lets_go(self, store: Store) -> None:
        assert store.claims.take("a")
        assert not store.claims.take("a")
        assert store.claims.take("b")
        assert [store.claims.is_free(name) for name in "abc"] == [False, False, True]
        store.claims.let_go("a")
        store.claims.let_go("never held")
        assert store.claims.is_free("a")
        assert store.claims.take("a")

    @pytest.mark.parametrize("end", ["let go", "SIGKILL"])
    def test_another_process_holds_it_until_it_is_gone(self, end: str, store: Store) -> None:
        if not isinstance(store, MlflowStore):
            return  # a store in memory has no other process
        command = [sys.executable, "-c", HOLD, store.location.uri, store.location.experiment]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout
            assert other.stdout.readline() == "True\n"
            assert (store.claims.is_free("a"), store.claims.take("a"), store.claims.take("b")) == (False, False, True)
            if end == "SIGKILL":
                other.kill()
            else:
                other.communicate("\n")
            other.wait()
            deadline = time.monotonic() + HANGS_S
            while not store.claims.take("a"):  # a database sees a moment later that its client is gone
                assert time.monotonic() < deadline
                time.sleep(0.01)
