"""From events to a record, whatever becomes of the store and of the folder."""

from __future__ import annotations

import io
import json
import os
import re
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from nnexp.errors import TrackingError
from nnexp.measure import TOTAL, read_measures
from nnexp.recording import pending
from nnexp.recording.begin import new_recorder
from nnexp.recording.folder import RunFolder
from nnexp.recording.recorder import Recorder
from nnexp.recording.replay import replay
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tasks.network.measures import declared
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Metric, Run, RunStart, Status, Tag
from nnexp.training.environment import fingerprint
from nnexp.training.events import Epoch, Event, Failed, Finished, Killed, Pruned, Started, WorkerLost
from nnexp.training.spec import make_spec
from tests.plans import events_of

MEASURES = [*declared("012", uneven=False)]
EPOCH_METRICS = {measure.name for measure in (*MEASURES, TOTAL)}
FINAL_METRICS = {"best/epoch", "best/val_accuracy"} | {one.final.name for one in MEASURES if one.purpose}


class Fickle(MemoryStore):
    """A store that can be away, or go away in the middle of a call."""

    address = "fickle"
    away = False
    create_breaks = False

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def create(self, run: RunStart, *, new: bool = False) -> str:
        self._reach()
        run_id = super().create(run, new=new)
        if self.create_breaks:
            raise TrackingError("the store went away")
        return run_id

    def log(self, run_id: str, metrics: Sequence[Metric] = (), tags: Mapping[str, str] | None = None) -> None:
        self._reach()
        self.batches.append(len(metrics))
        super().log(run_id, metrics, tags)

    def save(self, run_id: str, files: Sequence[Path]) -> None:
        self._reach()
        super().save(run_id, files)

    def end(self, run_id: str, status: Status, ended_at: int) -> None:
        self._reach()
        super().end(run_id, status, ended_at)

    def _reach(self) -> None:
        if self.away:
            raise TrackingError("the store is away")


@pytest.fixture
def store() -> Fickle:
    return Fickle()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def config(tiny: Callable[..., Config]) -> Config:
    return tiny()


@pytest.fixture
def recorder(config: Config, store: Fickle, said: list[str], tmp_path: Path) -> Recorder:
    return new_recorder(make_spec(NETWORK, config), tmp_path / "run", store, say=said.append)


def only(store: MemoryStore) -> Run:
    (record,) = store.runs(None)
    return record


def tell(recorder: Recorder, events: Iterator[Event] | Sequence[Event]) -> None:
    for event in events:
        recorder.record(event)


class TestRecord:
    def test_everything_is_in_it(self, config: Config, recorder: Recorder, store: Fickle) -> None:
        events = list(events_of(config))
        tell(recorder, events)
        record = only(store)
        assert record.status is Status.FINISHED
        assert record.ended_at == events[-1].time
        assert set(record.metrics) == EPOCH_METRICS | FINAL_METRICS
        assert {"train/cost", "val/accuracy", "test/correct", "time/total_s", "final/test_accuracy"} < set(
            record.metrics
        )
        assert record.params["dataset.split"] == "book"
        assert (record.params["hidden"], record.params["eta"]) == ("5", "3.0")
        assert {Tag.KIND, Tag.KEY, Tag.CODE, Tag.DATA, Tag.ENVIRONMENT, Tag.OWNER, Tag.UID, Tag.FOLDER} <= set(
            record.tags
        )
        assert (record.tags[Tag.FORMAT], record.tags[Tag.TASK]) == ("2", "network")
        assert [*read_measures(record.tags[Tag.MEASURES]).values()] == [
            *(replace(one, counted_by="") for one in MEASURES), TOTAL,
        ]  # fmt: skip
        assert record.key == make_spec(NETWORK, config).key
        assert record.incidental == {"dataset.name", "dataset.path", "experiment", "threads"}
        assert recorder.run.dataset
        assert set(recorder.run.dataset) == {"name", "digest", "source"}

    def test_every_epoch_has_one_value_of_each_metric(self, config: Config, recorder: Recorder, store: Fickle) -> None:
        tell(recorder, events_of(config))
        for name in EPOCH_METRICS:
            assert [step for step, _ in store.history([only(store).run_id], name)[only(store).run_id]] == [1, 2, 3]
        for name in FINAL_METRICS:
            assert [step for step, _ in store.history([only(store).run_id], name)[only(store).run_id]] == [0]

    def test_the_artifacts_make_the_run_again(self, config: Config, recorder: Recorder, store: Fickle) -> None:
        tell(recorder, events_of(config))

        def artifact(name: str) -> bytes:
            return store.artifact(only(store).run_id, name) or b""

        assert json.loads(artifact("config.json"))["settings"] == SCHEMA.values(config) | {"kernel": "compiled"}
        assert fingerprint(json.loads(artifact("environment.json"))["environment"]) == only(store).tags[Tag.ENVIRONMENT]
        digests = [json.loads(line)["digest"] for line in artifact("epochs.jsonl").splitlines()]
        assert len(set(digests)) == 3
        with np.load(io.BytesIO(artifact("parameters.npz")), allow_pickle=False) as parameters:
            assert set(parameters) == {"weights_0", "weights_1", "biases_0", "biases_1"}

    def test_metrics_go_out_in_batches(self, tiny: Callable[..., Config], store: Fickle, tmp_path: Path) -> None:
        config = tiny(epochs=40)
        tell(new_recorder(make_spec(NETWORK, config), tmp_path / "run", store, say=print), events_of(config))
        assert sum(store.batches) == 40 * len(EPOCH_METRICS) + len(FINAL_METRICS)
        assert len(store.batches) < 20

    @pytest.mark.parametrize(
        ("ending", "status", "reason"),
        [
            (Failed("it broke", "Traceback ..."), Status.FAILED, "it broke"),
            (Killed(), Status.KILLED, "stopped"),
            (WorkerLost("the worker was ended by SIGKILL"), Status.FAILED, "the worker was ended by SIGKILL"),
            (Failed("x" * 9000, ""), Status.FAILED, "x" * 500),
            (Pruned("stopped after epoch 1"), Status.FINISHED, "stopped after epoch 1"),
            (Pruned("x" * 9000), Status.FINISHED, "x" * 500),
        ],
    )
    def test_whatever_its_fate_it_is_recorded(
        self, config: Config, recorder: Recorder, store: Fickle, ending: Event, status: Status, reason: str
    ) -> None:
        tell(recorder, [*list(events_of(config))[:2], ending])
        record = only(store)
        tag, other = (Tag.PRUNED, Tag.REASON) if isinstance(ending, Pruned) else (Tag.REASON, Tag.PRUNED)
        assert (record.status, record.tags[tag], other in record.tags) == (status, reason, False)
        assert not record.is_finished
        assert "train/cost" in record.metrics
        assert not FINAL_METRICS & set(record.metrics)
        assert (store.artifact(record.run_id, "traceback.txt") is not None) == isinstance(ending, Failed)

    def test_what_the_task_remarks_becomes_tags(self, config: Config, recorder: Recorder, store: Fickle) -> None:
        *events, end = events_of(config)
        assert isinstance(end, Finished)
        tell(recorder, [*events, replace(end, remarks={"never_predicted": "3 6"})])
        assert only(store).tags[Tag.NEVER_PREDICTED] == "3 6"

    def test_a_remark_takes_the_place_of_no_tag_of_nnexps_own(
        self, config: Config, recorder: Recorder, store: Fickle
    ) -> None:
        *events, end = events_of(config)
        assert isinstance(end, Finished)
        tell(recorder, [*events, replace(end, remarks={"key": "mine", "long": "x" * 9000})])
        record = only(store)
        assert record.key == make_spec(NETWORK, config).key
        assert record.tags["nnexp.remark.key"] == "mine"
        assert record.tags["nnexp.remark.long"] == "x" * 500

    def test_what_is_at_its_default_is_marked(self, recorder: Recorder, store: Fickle) -> None:
        recorder.send()
        marked = only(store).tags[Tag.DEFAULTS].split()
        assert {"eta", "seed", "dataset.split"} <= set(marked)
        assert not {"hidden", "epochs", "dataset.path", "dataset.name"} & set(marked)

    def test_whatever_arrays_the_task_leaves_are_kept_under_their_names(
        self, config: Config, recorder: Recorder, store: Fickle
    ) -> None:
        *events, _ = events_of(config)
        tell(recorder, [*events, Finished({"state": {"x": np.arange(3)}, "other": {"y": np.eye(2)}})])
        for name, field, wanted in (("state.npz", "x", np.arange(3)), ("other.npz", "y", np.eye(2))):
            with np.load(io.BytesIO(store.artifact(only(store).run_id, name) or b"")) as arrays:
                np.testing.assert_array_equal(arrays[field], wanted)

    def test_a_store_that_cannot_be_used_is_refused_before_anything_is_written(
        self, config: Config, tmp_path: Path
    ) -> None:
        class Closed(MemoryStore):
            def prepare(self) -> None:
                raise TrackingError("it is closed")

        with pytest.raises(TrackingError, match="it is closed"):
            new_recorder(make_spec(NETWORK, config), tmp_path / "run", Closed(), say=print)
        assert not (tmp_path / "run").exists()


class TestStoreThatGoesAway:
    @pytest.mark.parametrize("gone_at", [0, 1, 2, 3, 4])
    def test_nothing_is_lost(
        self, config: Config, recorder: Recorder, store: Fickle, said: list[str], gone_at: int
    ) -> None:
        events = list(events_of(config))
        tell(recorder, events[:gone_at])
        store.away = True
        tell(recorder, events[gone_at:])
        assert recorder.pending
        assert pending.waiting(store.address) == {recorder.run.tags[Tag.UID]: recorder.folder.path}
        assert len(said) == 1
        assert "the results are kept and written later" in said[0]
        store.away = False
        replay(RunFolder(recorder.folder.path), store, said.append)
        self.assert_complete(store)
        assert pending.waiting(store.address) == {}

    def test_it_comes_back_while_the_run_goes_on(self, config: Config, recorder: Recorder, store: Fickle) -> None:
        events = list(events_of(config))
        store.away = True
        tell(recorder, events[:3])
        store.away = False
        tell(recorder, events[3:])
        assert not recorder.pending
        self.assert_complete(store)
        assert pending.waiting(store.address) == {}

    def test_a_pruned_run_is_replayed_as_pruned(self, config: Config, recorder: Recorder, store: Fickle) -> None:
        store.away = True
        tell(recorder, [*list(events_of(config))[:3], Pruned("stopped after epoch 2")])
        store.away = False
        replay(RunFolder(recorder.folder.path), store, print)
        record = only(store)
        assert (record.status, record.tags[Tag.PRUNED]) == (Status.FINISHED, "stopped after epoch 2")
        assert set(record.metrics) == EPOCH_METRICS

    def test_a_run_that_was_begun_though_the_answer_was_lost_is_one_run(
        self, config: Config, recorder: Recorder, store: Fickle
    ) -> None:
        events = list(events_of(config))
        store.create_breaks = True
        tell(recorder, events[:2])
        store.create_breaks = False
        tell(recorder, events[2:])
        self.assert_complete(store)

    def test_a_replay_may_be_repeated(self, config: Config, recorder: Recorder, store: Fickle) -> None:
        tell(recorder, events_of(config))
        before = only(store)
        for _ in range(2):
            replay(RunFolder(recorder.folder.path), store, print)
        assert only(store) == before
        self.assert_complete(store)

    def test_a_replay_that_fails_keeps_its_mark(self, config: Config, recorder: Recorder, store: Fickle) -> None:
        store.away = True
        tell(recorder, events_of(config))
        with pytest.raises(TrackingError, match="the store is away"):
            replay(RunFolder(recorder.folder.path), store, print)
        assert len(pending.waiting(store.address)) == 1

    def test_a_folder_without_an_end_was_killed_after_its_last_epoch(
        self, config: Config, recorder: Recorder, store: Fickle
    ) -> None:
        events = list(events_of(config))
        store.away = True
        tell(recorder, events[:3])
        store.away = False
        replay(RunFolder(recorder.folder.path), store, print)
        assert (only(store).status, only(store).ended_at) == (Status.KILLED, events[2].time)

    def test_a_note_that_was_cut_off_is_passed_over(self, store: Fickle, tmp_path: Path) -> None:
        pending.mark(tmp_path, "whole", store.address)
        (tmp_path / "state" / "pending" / "torn").write_text(store.address)
        (tmp_path / "state" / "pending" / "empty").write_text("")
        assert pending.waiting(store.address) == {"whole": tmp_path}
        assert pending.waiting("another store") == {}

    def assert_complete(self, store: Fickle) -> None:
        record = only(store)
        assert record.status is Status.FINISHED
        assert set(record.metrics) == EPOCH_METRICS | FINAL_METRICS
        assert Tag.ENVIRONMENT in record.tags
        for name in EPOCH_METRICS:
            assert [step for step, _ in store.history([record.run_id], name)[record.run_id]] == [1, 2, 3]
        for name in ("config.json", "environment.json", "epochs.jsonl", "parameters.npz", "predictions.npz"):
            assert store.artifact(record.run_id, name), name


class TestFolderThatFillsUp:
    @pytest.fixture
    def cramped(self, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The run's folder, in which the journal has room for 100 more bytes: the system itself refuses the rest."""
        first, add_epoch = recorder.folder.path, RunFolder.add_epoch

        def add(folder: RunFolder, event: Epoch) -> None:
            soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            journal = folder.file("epochs.jsonl")
            if folder.path == first and journal.exists():
                resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + 100, hard))
            try:
                add_epoch(folder, event)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        monkeypatch.setattr(RunFolder, "add_epoch", add)
        return first

    @pytest.mark.parametrize("away", [False, True])
    def test_the_run_goes_on_elsewhere_and_loses_nothing(
        self, config: Config, recorder: Recorder, store: Fickle, said: list[str], cramped: Path, away: bool
    ) -> None:
        store.away = away
        tell(recorder, events_of(config))
        assert recorder.folder.path != cramped
        assert f"{cramped} cannot be written (File too large); this run goes on in" in " ".join(said)
        assert [event.number for event in recorder.folder.epochs()] == [1, 2, 3]
        if away:
            assert pending.waiting(store.address) == {recorder.run.tags[Tag.UID]: recorder.folder.path}
            store.away = False
            replay(RunFolder(recorder.folder.path), store, said.append)
        TestStoreThatGoesAway().assert_complete(store)
        assert only(store).tags[Tag.FOLDER] == str(recorder.folder.path)


class TestJournal:
    def test_epochs_come_back_as_they_went(self, config: Config, recorder: Recorder) -> None:
        events = [event for event in events_of(config) if isinstance(event, Epoch)]
        tell(recorder, events)
        assert list(recorder.folder.epochs()) == events

    @pytest.mark.parametrize("cut", [1, 50, 300])
    def test_a_last_line_that_was_torn_does_not_count(self, config: Config, recorder: Recorder, cut: int) -> None:
        events = [event for event in events_of(config) if isinstance(event, Epoch)]
        tell(recorder, events)
        journal = recorder.folder.file("epochs.jsonl")
        journal.write_bytes(journal.read_bytes()[:-cut])
        assert list(recorder.folder.epochs()) == events[: 3 if cut == 1 else 2]
        recorder.folder.add_epoch(events[2])
        assert list(recorder.folder.epochs())[-1] == events[2]

    def test_files_are_whole_or_absent(self, recorder: Recorder) -> None:
        with pytest.raises(TypeError):
            recorder.folder.write_json("config.json", {"a": object()})
        assert json.loads(recorder.folder.file("config.json").read_text())
        assert not list(recorder.folder.path.glob(".*"))

    @pytest.mark.parametrize(
        ("seconds", "flushed"),
        [(0.9, []), (60, ["parameters.npz", "predictions.npz", "state.npz", "epochs.jsonl", "end.json"])],
    )
    def test_what_took_its_time_is_safe_on_the_disk_and_the_end_last(
        self, seconds: float, flushed: list[str], config: Config, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[str] = []

        def note(file: int | IO[bytes]) -> None:
            number = file if isinstance(file, int) else file.fileno()
            synced.append(Path(os.readlink(f"/proc/self/fd/{number}")).name)

        *events, end = events_of(config)
        assert isinstance(end, Finished)
        monkeypatch.setattr(os, "fsync", note)
        tell(recorder, [*events, replace(end, time=recorder.run.started_at + int(1000 * seconds))])
        names = [re.sub(r"^\.(.*)\.\w{8}$", r"\1", name) for name in synced]
        assert (sorted(names), names[-1:]) == (sorted(flushed), flushed[-1:])

    def test_a_new_folder_has_no_end(self, recorder: Recorder) -> None:
        assert (recorder.folder.end, list(recorder.folder.epochs())) == (None, [])
        assert recorder.folder.run == recorder.run


def test_a_started_event_is_enough_for_a_record(recorder: Recorder, store: Fickle) -> None:
    recorder.record(Started({"python": "3"}))
    recorder.send()
    assert only(store).status is Status.RUNNING
    recorder.record(Finished({}, {})) if recorder.epochs else recorder.record(Killed())
    assert only(store).status is Status.KILLED


def test_a_folder_that_another_run_used_is_left_to_it(config: Config, store: Fickle, tmp_path: Path) -> None:
    tell(new_recorder(make_spec(NETWORK, config), tmp_path / "run", store, say=print), events_of(config))
    second = new_recorder(make_spec(NETWORK, config), tmp_path / "run", store, say=print)
    assert second.folder.path == tmp_path / "run-2"
    assert second.folder.end is None
    assert second.run.tags[Tag.FOLDER] == str(tmp_path / "run-2")


def test_where_no_folder_can_be_written_the_store_keeps_the_run(
    recorder: Recorder, store: Fickle, said: list[str], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = list(events_of(config))
    monkeypatch.setattr("tempfile.mkdtemp", full)
    monkeypatch.setattr(RunFolder, "write", full)
    monkeypatch.setattr(RunFolder, "add_epoch", full)
    tell(recorder, events)
    assert only(store).status is Status.FINISHED
    assert only(store).metrics["best/epoch"] >= 1
    assert "only the store keeps this event" in said[0]


def full(*arguments: object, **named: object) -> None:
    raise OSError(28, "No space left on device")
