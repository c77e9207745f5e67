"""The pictures that are drawn of a run: which there are, and that nothing of the record hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnexp.archive.audit import audit
from nnexp.measure import CHOOSE, DOWN, Measure
from nnexp.picture import check_picture
from nnexp.recording.begin import new_recorder
from nnexp.recording.drawn import drawn
from nnexp.recording.ending import DRAWN_MS
from nnexp.recording.files import CURVE, DRAWN
from nnexp.recording.folder import RunFolder
from nnexp.recording.recorder import Recorder
from nnexp.recording.replay import replay
from nnexp.tasks.network.config import Config
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Tag
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Pruned
from nnexp.training.spec import make_spec
from tests.plans import events_of

ALL = {*DRAWN}
LOSS = Measure("val/loss", better=DOWN, purpose=CHOOSE)
EPOCHS = [Epoch(number, {"val/loss": 1 / number}, "", 0) for number in (1, 2, 3)]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def recorder(tiny: Callable[..., Config], store: MemoryStore, tmp_path: Path) -> Recorder:
    return new_recorder(make_spec(NETWORK, tiny()), tmp_path / "run", store, say=print)


def later(events: Iterator[Event], recorder: Recorder, ms: int = DRAWN_MS) -> list[Event]:
    """Have the last event come so long after the run began."""
    *before, last = events
    return [*before, replace(last, time=recorder.run.started_at + ms)]


def kept(store: MemoryStore) -> set[str]:
    """Name the pictures that a store keeps of its one run, each of which is one."""
    (run,) = store.runs(None)
    found = {name: store.artifact(run.run_id, name) for name in ALL}
    for name, content in found.items():
        if content:
            check_picture(name, content)
    return {name for name, content in found.items() if content}


def test_a_network_leaves_its_curve_its_confusion_and_its_weights(
    tiny: Callable[..., Config], recorder: Recorder, store: MemoryStore
) -> None:
    for event in later(events_of(tiny()), recorder):
        recorder.record(event)
    assert kept(store) == ALL
    assert audit(store) == []
    (run,) = store.runs(None)
    assert ALL.isdisjoint(run.tags[Tag.FILES].split())  # no page shows them beside its own


def test_what_was_over_at_once_is_not_drawn(
    tiny: Callable[..., Config], recorder: Recorder, store: MemoryStore
) -> None:
    for event in later(events_of(tiny()), recorder, DRAWN_MS - 1):
        recorder.record(event)
    assert kept(store) == set()


def test_a_store_that_was_away_gets_them_later(
    tiny: Callable[..., Config], recorder: Recorder, store: MemoryStore
) -> None:
    for event in later(events_of(tiny()), recorder):
        recorder.keep(event)
    replay(RunFolder(recorder.folder.path), store, print)
    assert kept(store) == ALL


def test_a_file_of_that_name_stays(tiny: Callable[..., Config], recorder: Recorder, store: MemoryStore) -> None:
    theirs = recorder.folder.file(CURVE)
    theirs.write_bytes(b"another's")
    for event in later(events_of(tiny()), recorder):
        recorder.record(event)
    assert kept(store) == ALL - {CURVE}
    assert theirs.read_bytes() == b"another's"


@pytest.mark.parametrize("ending", [Finished({}), Pruned("not worth it"), Failed("it broke", "")])
def test_any_run_has_the_curve_of_what_it_measured(ending: Ending) -> None:
    assert [name for name, _ in drawn(ending, EPOCHS, [LOSS])] == [CURVE]
    assert [*drawn(ending, EPOCHS[:1], [LOSS])] == []
    assert [*drawn(ending, EPOCHS, [])] == []


@pytest.mark.parametrize(
    "arrays",
    [
        {"predictions": {"labels": np.arange(3)}},
        {"predictions": {"labels": np.arange(3), "predicted": np.arange(4)}},
        {"predictions": {"labels": np.array([-1, 0]), "predicted": np.array([0, 0])}},
        {"predictions": {"labels": np.array([0.5, 1]), "predicted": np.array([0, 1])}},
        {"predictions": {"labels": np.array([1 << 40, 0]), "predicted": np.array([0, 0])}},
        {"predictions": {"labels": np.arange(2), "predicted": np.arange(2), "classes": np.array(["one"])}},
        {"parameters": {"weights_0": np.arange(16)}},
        {"parameters": {"weights_0": np.ones((4, 15), np.float32)}},
        {"parameters": {"weights_0": np.empty((0, 16), np.float32)}},
    ],
)
def test_arrays_of_the_same_names_that_are_something_else_are_not_drawn(
    arrays: dict[str, dict[str, np.ndarray]],
) -> None:
    assert [*drawn(Finished(arrays), [], [])] == []
