"""What a run has kept on its way: in its folder while it goes on, in its record if it does not come to its end."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnexp.archive.audit import audit
from nnexp.archive.checkpoint import read_checkpoint
from nnexp.recording.begin import new_recorder
from nnexp.recording.ending import read_stand
from nnexp.recording.files import CHECKPOINT
from nnexp.recording.folder import RunFolder
from nnexp.recording.recorder import Recorder
from nnexp.recording.replay import replay
from nnexp.tasks.network.config import Config
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Run, Tag
from nnexp.training.events import Ending, Event, Failed, Finished, Killed, Pruned, Resumed, WorkerLost
from nnexp.training.spec import make_spec
from tests.plans import checkpoint_of, events_of

NAME = "36-5-3 on tiny epochs=5 optimiser=momentum seed=0"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def config(tiny: Callable[..., Config]) -> Config:
    return tiny(epochs=5, optimiser="momentum")


@pytest.fixture
def events(config: Config) -> list[Event]:
    return [*events_of(config)]


@pytest.fixture
def recorder(config: Config, store: MemoryStore, said: list[str], tmp_path: Path) -> Recorder:
    return new_recorder(make_spec(NETWORK, config), tmp_path / "run", store, say=said.append)


def tell(recorder: Recorder, *events: Event) -> Run:
    for event in events:
        recorder.record(event)
    recorder.send()
    (run,) = recorder._store.runs(None)  # type: ignore[attr-defined]
    return run


def check(run: Run, store: MemoryStore, config: Config, events: list[Event]) -> None:
    """Hold what the record says of where it stood against what was said on the way."""
    stand, wanted = read_stand(run.tags[Tag.STATE]), checkpoint_of(events)
    assert stand
    found = read_checkpoint(run, stand, store, NETWORK, config)
    assert (found.run_id, found.epochs, found.next) == (run.run_id, wanted.epochs, wanted.next)
    assert {name: [*arrays] for name, arrays in found.state.items()} == {
        name: [*arrays] for name, arrays in wanted.state.items()
    }
    for name, arrays in wanted.state.items():
        assert all(np.array_equal(array, found.state[name][each]) for each, array in arrays.items())


@pytest.mark.parametrize(
    "ending", [Killed(), Failed("boom", "trace"), WorkerLost("gone")], ids=lambda e: type(e).__name__
)
def test_one_that_does_not_come_to_its_end_tells_where_it_may_be_gone_on_from(
    recorder: Recorder, store: MemoryStore, config: Config, events: list[Event], ending: Ending
) -> None:
    check(tell(recorder, *events[:4], ending), store, config, events[:4])
    assert audit(store) == []


def test_so_does_one_whose_launcher_is_gone(
    recorder: Recorder, store: MemoryStore, config: Config, events: list[Event]
) -> None:
    tell(recorder, *events[:4])
    recorder.let_go()
    replay(RunFolder(recorder.folder.path), store, print)
    check(store.runs()[0], store, config, events[:4])
    assert audit(store) == []


def test_one_that_came_to_its_end_has_but_its_own_files(
    recorder: Recorder, store: MemoryStore, events: list[Event]
) -> None:
    tell(recorder, *events[:3])
    assert recorder.folder.file(CHECKPOINT).exists()
    run = tell(recorder, *events[3:])
    stand = read_stand(run.tags[Tag.STATE])
    assert stand
    assert (stand.epoch, stand.files) == (5, ("parameters", "state"))
    assert not recorder.folder.file(CHECKPOINT).exists()
    assert store.artifact(run.run_id, CHECKPOINT) is None
    assert recorder.folder.damage() == {}


@pytest.mark.parametrize("ending", [Pruned("enough"), Finished({})], ids=["pruned", "finished"])
def test_one_that_ends_without_a_state_has_what_it_kept_on_its_way(
    recorder: Recorder, store: MemoryStore, config: Config, events: list[Event], ending: Ending
) -> None:
    run = tell(recorder, *events[:4], ending)
    stand = read_stand(run.tags[Tag.STATE])
    assert stand
    assert (stand.epoch, stand.files) == (1, ("checkpoint",))
    assert recorder.folder.damage() == {}
    assert store.artifact(run.run_id, CHECKPOINT)
    assert audit(store) == []


def test_a_file_of_the_tasks_own_may_have_that_name(
    recorder: Recorder, store: MemoryStore, events: list[Event]
) -> None:
    own = {"checkpoint": {"mine": np.arange(3)}}
    run = tell(recorder, *events[:4], Finished(own))
    recorder.folder.drop_checkpoint()
    assert [(name, [*arrays]) for name, arrays in recorder.folder.arrays()] == [(CHECKPOINT, ["mine"])]
    assert store.artifact(run.run_id, CHECKPOINT)


def test_what_a_kill_left_beside_the_end_of_a_run_goes_when_it_is_sent(
    recorder: Recorder, store: MemoryStore, events: list[Event]
) -> None:
    tell(recorder, *events[:4])
    packed = recorder.folder.file(CHECKPOINT).read_bytes()
    run = tell(recorder, *events[4:])
    recorder.folder.write_checkpoint(packed)
    replay(RunFolder(recorder.folder.path), store, print)
    assert not recorder.folder.file(CHECKPOINT).exists()
    assert store.artifact(run.run_id, CHECKPOINT) is None


@pytest.mark.parametrize("damage", [b"", b"PK garbage", b"\x80"])
def test_a_damaged_one_is_named_and_not_gone_on_from(
    recorder: Recorder, store: MemoryStore, events: list[Event], said: list[str], damage: bytes
) -> None:
    tell(recorder, *events[:4])
    recorder.folder.file(CHECKPOINT).write_bytes(damage)
    recorder.let_go()
    replay(RunFolder(recorder.folder.path), store, said.append)
    (line,) = said
    assert line.startswith(f"{NAME}: {CHECKPOINT} is not loaded: it ")
    assert Tag.STATE not in store.runs()[0].tags


def test_one_that_lost_the_next_epoch_cannot_be_proved(
    recorder: Recorder, store: MemoryStore, events: list[Event]
) -> None:
    tell(recorder, *events[:3])
    journal = recorder.folder.file("epochs.jsonl")
    journal.write_bytes(journal.read_bytes()[:-9])
    replay(RunFolder(recorder.folder.path), store, print)
    assert Tag.STATE not in store.runs()[0].tags


def test_a_state_that_cannot_be_written_hinders_nothing(
    recorder: Recorder, store: MemoryStore, events: list[Event], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: RunFolder, packed: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RunFolder, "write_checkpoint", full)
    run = tell(recorder, *events)
    assert run.is_finished
    assert said == [f"{NAME}: its state cannot be kept in {recorder.folder.path} (No space left on device)"]


def test_that_it_goes_on_from_another_is_told_and_recorded(
    recorder: Recorder, store: MemoryStore, events: list[Event], said: list[str]
) -> None:
    run = tell(recorder, events[0], Resumed("1a2b3c4d5e", 2), *events[1:])
    assert said == [f"{NAME}: goes on from epoch 2 of run 1a2b3c4d"]
    assert run.tags[Tag.CONTINUED_FROM] == "epoch 2 of 1a2b3c4d5e"
    assert recorder.folder.end
    assert recorder.folder.end["tags"][Tag.CONTINUED_FROM] == "epoch 2 of 1a2b3c4d5e"


def test_that_it_cannot_is_told_and_not_recorded(
    recorder: Recorder, store: MemoryStore, events: list[Event], said: list[str]
) -> None:
    run = tell(recorder, events[0], Resumed("1a2b3c4d5e", 2, "epoch 3 came out otherwise (so)"), *events[1:])
    assert said == [f"{NAME}: does not go on from run 1a2b3c4d: epoch 3 came out otherwise (so); it is trained anew"]
    assert Tag.CONTINUED_FROM not in run.tags
