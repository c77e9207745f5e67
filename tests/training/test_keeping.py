"""What a run keeps on its way, how often, and that whoever goes on from there is held to what came next."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from nnexp.config.schema import Schema
from nnexp.measure import SECONDS, Measure
from nnexp.recording.files import read_arrays
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.task import Examined, Files, Measured, Read, Result
from nnexp.training import keeping
from nnexp.training.checkpoint import pack, unpack
from nnexp.training.events import Epoch, Event, Failed, Finished, Pruned, Resumed
from nnexp.training.execute import execute
from tests.plans import checkpoint_of, events_of

Tiny = Callable[..., Config]
EPOCHS = 6


class Watch:
    """A clock that goes on when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(keeping, "perf_counter", watch)
    return watch


@dataclass(frozen=True)
class Steps:
    epochs: int = EPOCHS


class Walk:
    """A task that is nobody's: it remembers its place and its pace, and one that is `forgetful` leaves out the pace."""

    name = "walk"
    schema = Schema(Steps)
    measures = (Measure("val/place", better="up", purpose="choose"), Measure("time/step_s", SECONDS, "down"))

    def __init__(self, watch: Watch, *, taking_s: float = 0.0, epoch_s: float = 1.0, forgetful: bool = False) -> None:
        self.watch, self.taking_s, self.epoch_s, self.forgetful = watch, taking_s, epoch_s, forgetful
        self.begun: list[int] = []  # the first epoch of every training
        self.digest = ""

    def examine(self, config: Steps) -> Examined:
        return Examined(config, "walk")

    def code(self) -> str:
        return "code"

    def begin(self, config: Steps, state: Files | None = None) -> Generator[Measured, None, Result]:
        body = {name: float(array) for name, array in (state or {"body": {}})["body"].items()}
        here = {"done": 0.0, "place": 0.0, "pace": 1.0} | body
        self.begun.append(int(here["done"]) + 1)
        while here["done"] < config.epochs:
            here["done"], here["pace"] = here["done"] + 1, here["pace"] * 1.5
            here["place"] += here["pace"]
            self.watch.now += self.epoch_s
            metrics = {"val/place": here["place"], "time/step_s": self.watch.now}
            yield Measured(metrics, self.digest, lambda: {"body": self._state(here)})
        return Result({"checkpoint": {"place": np.array(here["place"])}})

    def _state(self, here: dict[str, float]) -> dict[str, Any]:
        self.watch.now += self.taking_s
        return {name: value for name, value in here.items() if not (self.forgetful and name == "pace")}

    def digest_of(self, config: Steps, read: Read) -> str:
        return ""

    def epochs(self, config: Steps) -> int | None:
        return config.epochs

    def epoch_seconds(self, config: Steps) -> float:
        return 0.0


def kept(events: list[Event]) -> list[int]:
    """The epochs whose state was kept."""
    return [event.number - 1 for event in events if isinstance(event, Epoch) and event.before and event.before.state]


def digests(events: list[Event]) -> list[str]:
    return [event.digest for event in events if isinstance(event, Epoch)]


class TestHowOften:
    @pytest.mark.parametrize(
        ("taking_s", "epoch_s", "wanted"),
        [
            (0.0, 1.0, [*range(1, 30)]),  # but for the last: its state is left at the end
            (0.0, 0.125, [1, 9, 17, 25]),  # a second later
            (0.25, 1.0, [1, 4, 7, 10, 13, 16, 19, 22, 25, 28]),
            (1.0, 10.0, [*range(1, 30)]),
            (9.0, 10.0, [1, 10, 19, 28]),
        ],
    )
    def test_it_costs_a_tenth_at_the_most(
        self, watch: Watch, taking_s: float, epoch_s: float, wanted: list[int]
    ) -> None:
        events = [*execute(Walk(watch, taking_s=taking_s, epoch_s=epoch_s), {"epochs": 30})]
        assert kept(events) == wanted

    def test_what_it_takes_to_pass_it_on_counts(self, watch: Watch) -> None:
        events: list[Event] = []
        for event in execute(Walk(watch), {"epochs": 12}):
            events.append(event)
            watch.now += 0.25
        assert kept(events) == [1, 3, 5, 7, 9, 11]

    def test_a_run_of_one_epoch_keeps_nothing(self, watch: Watch) -> None:
        assert kept([*execute(Walk(watch), {"epochs": 1})]) == []

    def test_a_large_state_is_passed_over_and_that_is_said_once(
        self, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keeping, "MOST", 23)
        events = [*execute(Walk(watch, taking_s=1.0), {})]
        (error,) = [event.before.error for event in events if isinstance(event, Epoch) and event.before]
        assert error.startswith("its state has 24 bytes, and 23 are the most that are kept while it goes on; if it is")
        assert isinstance(events[-1], Finished)


class TestProof:
    @pytest.fixture(params=[{"optimiser": "momentum", "eta": 0.5}, {}], ids=str)
    def config(self, request: pytest.FixtureRequest, tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> Config:
        monkeypatch.setattr(keeping, "MOMENT_S", 0.0)
        monkeypatch.setattr(keeping, "TIMES", 0)
        return tiny(epochs=EPOCHS, **request.param)

    def test_from_every_state_it_goes_on_as_if_it_had_never_stopped(self, config: Config) -> None:
        whole = [*events_of(config)]
        assert kept(whole) == [*range(1, EPOCHS)]
        for at in range(3, EPOCHS + 2):
            checkpoint = checkpoint_of(whole[:at])
            _, resumed, *gone_on = execute(NETWORK, SCHEMA.values(config), None, checkpoint)
            assert resumed == Resumed("1a2b", at - 2)
            assert gone_on[: at - 1] == [*checkpoint.epochs, checkpoint.next] == whole[1:at]
            assert digests(gone_on) == digests(whole)
            assert gone_on[-1].state.keys() == whole[-1].state.keys()

    def test_its_time_is_that_of_all_its_epochs(self, config: Config) -> None:
        checkpoint = checkpoint_of([*events_of(config)])
        assert checkpoint.next
        late = replace(checkpoint.next, metrics={**checkpoint.next.metrics, "time/total_s": 1000.0})
        *_, last, _ = execute(NETWORK, SCHEMA.values(replace(config, epochs=9)), None, replace(checkpoint, next=late))
        assert 1000 < last.metrics["time/total_s"] < 1010

    def test_a_state_that_does_not_fit_has_the_run_trained_from_its_start(self, config: Config) -> None:
        sound = checkpoint_of([*events_of(config)])
        wrong = replace(sound, state={**sound.state, "state": {}})
        _, resumed, *events = execute(NETWORK, SCHEMA.values(config), None, wrong)
        why = "epoch 6 came out otherwise (DataError: expected the state of such a training, but got nothing)"
        assert resumed == Resumed("1a2b", 5, why)
        assert digests(events) == digests([*events_of(config)])

    @pytest.mark.parametrize("digest", ["", "constant"])
    def test_a_task_that_forgets_is_found_and_trained_from_its_start(self, watch: Watch, digest: str) -> None:
        task = Walk(watch, forgetful=True)
        task.digest = digest
        whole = [*execute(task, {})]
        _, resumed, *events = execute(task, {}, None, checkpoint_of(whole[:5]))
        why = "epoch 4 came out otherwise (val/place 8.625 instead of 12.1875)"
        assert resumed == Resumed("1a2b", 3, why)
        assert task.begun == [1, 4, 1]
        assert digests(events) == digests(whole)

    def test_one_that_remembers_trains_no_epoch_twice_but_one(self, watch: Watch) -> None:
        task = Walk(watch)
        whole = [*execute(task, {})]
        _, resumed, *events = execute(task, {}, None, checkpoint_of(whole[:5]))
        assert resumed == Resumed("1a2b", 3)
        assert task.begun == [1, 4]
        assert digests(events) == digests(whole)

    def test_one_that_has_no_such_epoch_is_trained_from_its_start(self, watch: Watch) -> None:
        longer = checkpoint_of([*execute(Walk(watch), {})])
        _, resumed, *events = execute(Walk(watch), {"epochs": 5}, None, longer)
        assert resumed == Resumed("1a2b", 5, "epoch 6 came out otherwise (it was not trained)")
        assert len(digests(events)) == 5

    def test_told_to_end_before_its_own_epochs_it_leaves_no_state(self, watch: Watch) -> None:
        training = execute(Walk(watch), {}, None, checkpoint_of([*execute(Walk(watch), {})]))
        assert isinstance([next(training), next(training)][1], Resumed)
        assert training.send(Pruned("enough")).state == {}

    def test_a_state_of_objects_fails_the_run_at_once(self, watch: Watch) -> None:
        task = Walk(watch)
        task._state = lambda here: {"body": object()}  # type: ignore[method-assign]
        *_, end = execute(task, {})
        assert isinstance(end, Failed)
        assert end.error == "TypeError: body of body must be an array of numbers or text, but holds objects"


def test_what_is_packed_comes_out_as_it_was() -> None:
    state = {
        "model": {"weights": np.arange(6, dtype=">f4").reshape(2, 3), "a/b": np.asfortranarray(np.eye(3)[:, :2])},
        "words": {"epoch": np.array(["eins", "zwei"]), "files": np.array(7)},
        "nothing": {},
    }
    epoch, found = unpack(read_arrays("checkpoint.npz", pack(7, state)))
    assert epoch == 7
    assert found.keys() == state.keys()
    for name, arrays in state.items():
        assert found[name].keys() == arrays.keys()
        for each, array in arrays.items():
            assert (found[name][each].dtype, found[name][each].tobytes()) == (array.dtype, array.tobytes())
