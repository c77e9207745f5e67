"""Every file of a run says its format; what another version wrote is read if known, and refused by name if not."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.errors import RecordError
from nnexp.recording import files
from nnexp.recording.begin import new_recorder
from nnexp.recording.folder import RunFolder
from nnexp.recording.replay import replay
from nnexp.tasks.network.config import Config
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Status
from nnexp.training.events import Epoch
from nnexp.training.spec import make_spec
from tests.plans import events_of

EPOCH = Epoch(3, {"val/accuracy": 0.5, "eta": 3.0}, "ab" * 32, 1_795_592_281_114)
OLD_LINE = {
    "result": {
        "epoch": 2,
        "eta": 3.0,
        "train_cost": 0.5,
        "val": {"accuracy": 0.25, "correct": 1, "total": 4, "cost": 0.75, "never_predicted": []},
        "test": {"accuracy": 0.5, "correct": 2, "total": 4, "cost": 0.625, "never_predicted": [0, 7]},
        "epoch_s": 0.1,
        "eval_s": 0.2,
        "digest": "cd" * 32,
    },
    "total_s": 0.3,
    "time": 5,
}


@pytest.fixture
def folder(tiny: Callable[..., Config], tmp_path: Path) -> RunFolder:
    """The folder of a run that finished."""
    recorder = new_recorder(make_spec(NETWORK, tiny()), tmp_path / "run", MemoryStore(), say=print)
    for event in events_of(tiny()):
        recorder.record(event)
    return recorder.folder


def test_every_file_says_its_format(folder: RunFolder) -> None:
    found = {file.name: file for file in folder.path.iterdir()}
    words = {files.PACKAGES, files.DIFF, *files.DRAWN}  # which are drawn where a run took long enough
    assert set(found) - words == {
        "run.json", "config.json", "environment.json", "epochs.jsonl", "parameters.npz", "predictions.npz",
        "state.npz", "end.json",
    }  # fmt: skip
    for name, file in found.items():
        if name.endswith(".json"):
            assert json.loads(file.read_text())["format"] == 2, name
        if name.endswith(".jsonl"):
            lines = [json.loads(line) for line in file.read_text().splitlines()]
            assert [line["format"] for line in lines] == [2, 2, 2]
        if name.endswith(".npz"):
            assert zipfile.ZipFile(file).comment == b"nnexp format 2", name


def test_to_a_user_an_npz_is_what_it_always_was(folder: RunFolder) -> None:
    with np.load(folder.file(files.PARAMETERS)) as arrays:
        assert sorted(arrays.files) == ["biases_0", "biases_1", "weights_0", "weights_1"]
        assert arrays["weights_0"].shape == (5, 36)
        assert arrays["weights_0"].dtype == np.float32
    again = io.BytesIO()
    with np.load(folder.file(files.PARAMETERS)) as arrays:
        np.savez(again, **arrays)
    written = {name: info.CRC for name, info in members(folder.file(files.PARAMETERS)).items()}
    assert written == {name: info.CRC for name, info in members(again).items()}


def members(file: Any) -> dict[str, zipfile.ZipInfo]:
    return {info.filename: info for info in zipfile.ZipFile(file).infolist()}


class TestWhatWasWrittenIsRead:
    def test_json(self) -> None:
        content = {"a": [1, None, 0.5], "b": {"c": "é"}}
        assert files.read_json("x.json", files.write_json(content)) == content

    def test_an_epoch(self) -> None:
        assert files.read_epoch(files.write_epoch(EPOCH)) == EPOCH

    def test_arrays(self) -> None:
        arrays = {"x": np.arange(6, dtype=np.float32).reshape(2, 3), "y": np.array([], np.uint8)}
        found = files.read_arrays("x.npz", files.write_arrays(arrays))
        assert found.keys() == arrays.keys()
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array)
            assert found[name].dtype == array.dtype

    def test_settings_and_environment(self, folder: RunFolder, tiny: Callable[..., Config]) -> None:
        settings = files.read_settings(folder.file(files.CONFIG).read_bytes())
        assert NETWORK.schema.parse_config(settings) == tiny(kernel="compiled")
        assert folder.environment == files.read_environment(folder.file(files.ENVIRONMENT).read_bytes())
        assert folder.environment
        assert "numpy" in folder.environment

    def test_a_setting_may_be_called_settings(self) -> None:
        written = files.write_json({"settings": {"settings": {"a": 1}}})
        assert files.read_settings(written) == {"settings": {"a": 1}}


class TestFormat1:
    def test_settings_and_environment_stand_bare(self) -> None:
        assert files.read_settings(b'{"hidden": 30, "dataset": {"name": "mnist"}}')["hidden"] == 30
        assert files.read_environment(b'{"numpy": "2.4.6"}') == {"numpy": "2.4.6"}

    def test_an_epoch_has_the_networks_own_fields(self) -> None:
        epoch = files.read_epoch(json.dumps(OLD_LINE).encode())
        assert (epoch.number, epoch.digest, epoch.time) == (2, "cd" * 32, 5)
        assert epoch.metrics == {
            "train/cost": 0.5,
            "eta": 3.0,
            "val/accuracy": 0.25,
            "val/cost": 0.75,
            "test/accuracy": 0.5,
            "test/correct": 2,
            "test/cost": 0.625,
            "digits_never_predicted": 2,
            "time/epoch_s": 0.1,
            "time/eval_s": 0.2,
            "time/total_s": 0.3,
        }

    def test_what_an_epoch_had_no_examples_for_is_absent(self) -> None:
        bare = {**OLD_LINE, "result": {**OLD_LINE["result"], "val": None, "test": None}}  # type: ignore[dict-item]
        metrics = files.read_epoch(json.dumps(bare).encode()).metrics
        assert set(metrics) == {"train/cost", "eta", "time/epoch_s", "time/eval_s", "time/total_s"}

    def test_an_npz_without_a_comment(self) -> None:
        buffer = io.BytesIO()
        np.savez(buffer, x=np.ones(2))
        assert files.read_arrays("x.npz", buffer.getvalue())["x"].tolist() == [1, 1]


def forget_digests(folder: Path) -> None:
    """Make the end of a run say nothing of the files, as before it did."""
    end = json.loads((folder / files.END).read_text())
    (folder / files.END).write_text(json.dumps(end | {"files": {}}))


class TestAFormatThatIsNotKnown:
    """It may mean anything, so nothing of it is believed, and the file is named with what it says."""

    def later(self, name: str, file: Path) -> None:
        """Make a file say that it is of format 3, as the nnexp that wrote it would have."""
        if name.endswith(".npz"):
            with zipfile.ZipFile(file, "a") as archive:
                archive.comment = b"nnexp format 3"
        else:
            file.write_bytes(file.read_bytes().replace(b'"format": 2', b'"format": 3'))
        forget_digests(file.parent)

    @pytest.mark.parametrize("name", ["run.json", "end.json", "environment.json", "epochs.jsonl"])
    def test_the_folder_refuses_it(self, folder: RunFolder, name: str) -> None:
        self.later(name, folder.file(name))
        with pytest.raises(RecordError, match=f"{name} has the format 3, but this nnexp reads 1, 2"):
            _ = folder.run, folder.end, folder.environment, list(folder.epochs())

    @pytest.mark.parametrize("name", ["run.json", "end.json", "environment.json", "epochs.jsonl"])
    def test_it_is_not_replayed_in_part(self, folder: RunFolder, name: str) -> None:
        self.later(name, folder.file(name))
        store = MemoryStore()
        with pytest.raises(RecordError, match=name):
            replay(folder, store, print)
        assert store.runs(None) == []

    def test_nor_are_settings_or_arrays_read(self, folder: RunFolder) -> None:
        for name in (files.CONFIG, files.PARAMETERS):
            self.later(name, folder.file(name))
        with pytest.raises(RecordError, match=r"config\.json has the format 3"):
            files.read_settings(folder.file(files.CONFIG).read_bytes())
        with pytest.raises(RecordError, match=r"parameters\.npz has the format 3"):
            files.read_arrays(files.PARAMETERS, folder.file(files.PARAMETERS).read_bytes())

    @pytest.mark.parametrize("found", [3, 0, "2", 2.5, None, [2], {}])
    def test_whatever_it_says(self, found: object) -> None:
        with pytest.raises(RecordError, match=r"x\.json has the format "):
            files.read_json("x.json", json.dumps({"format": found}).encode())


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000, b"[]", b"3", b""])
def test_what_is_no_json_object_is_refused(content: bytes) -> None:
    with pytest.raises(RecordError, match=r"^x\.json (is not JSON|must hold an object)"):
        files.read_json("x.json", content)


def test_text_whose_characters_are_none_is_refused() -> None:
    letters = np.frombuffer(np.array([sys.maxunicode + 1], np.uint32).tobytes(), "U1")
    with pytest.raises(RecordError, match=r"x\.npz is not loaded"):
        files.read_arrays("x.npz", files.write_arrays({"x": letters}))


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": "3"},
        {"epoch": True},
        {"metrics": [1]},
        {"metrics": {"a": "b"}},
        {"digest": "ab"},
        {"digest": 3},
        {"time": "soon"},
        {"metrics": None},
    ],
)
def test_a_line_that_is_no_epoch_is_refused(change: dict[str, Any]) -> None:
    line = json.loads(files.write_epoch(EPOCH)) | change
    with pytest.raises(RecordError, match=r"a line of epochs\.jsonl is not what nnexp writes"):
        files.read_epoch(json.dumps(line).encode())


@pytest.mark.parametrize("missing", ["epoch", "metrics", "digest", "time"])
def test_a_line_that_lacks_something_is_refused(missing: str) -> None:
    line = json.loads(files.write_epoch(EPOCH))
    del line[missing]
    with pytest.raises(RecordError, match=r"a line of epochs\.jsonl"):
        files.read_epoch(json.dumps(line).encode())


def test_a_run_that_finished_says_so(folder: RunFolder) -> None:
    assert folder.end
    assert (folder.end["status"], folder.end["reason"]) == (Status.FINISHED, None)
    assert "format" not in folder.end
