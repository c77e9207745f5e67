"""Seeds, events, and what a run says of where it was computed."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from itertools import count
from time import perf_counter

import numpy as np
import psutil
import pytest

from nnexp.config.schema import Schema
from nnexp.measure import SECONDS, Measure
from nnexp.recording import code as source
from nnexp.recording import owner
from nnexp.tasks.network import setup as experiment
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.seeding import streams
from nnexp.tasks.task import Examined, Measured, Read, Result
from nnexp.tracking.records import Tag
from nnexp.training.checkpoint import Checkpoint
from nnexp.training.environment import environment, fingerprint
from nnexp.training.events import Changed, Epoch, Event, Failed, Finished, Pruned, Resumed, Started
from nnexp.training.execute import execute
from nnexp.training.spec import make_spec
from tests.plans import events_of

Tiny = Callable[..., Config]


class TestSeeding:
    def test_how_many_parameters_are_drawn_leaves_the_shuffling_alone(self) -> None:
        small, large = streams(3), streams(3)
        small.parameters.random(10)
        large.parameters.random(10_000)
        assert small.shuffling.permutation(100).tolist() == large.shuffling.permutation(100).tolist()

    def test_the_streams_and_the_seeds_differ(self) -> None:
        draws = {tuple(stream.random(4)) for seed in (0, 1, 2**64) for stream in streams(seed)}
        assert len(draws) == 6

    def test_a_run_draws_from_both(self, tiny: Tiny) -> None:
        def digest(config: Config) -> str:
            return [event.digest for event in events_of(config) if isinstance(event, Epoch)][-1]

        assert digest(tiny(seed=1)) == digest(tiny(seed=1))
        assert len({digest(tiny(seed=1)), digest(tiny(seed=2)), digest(tiny(seed=1, shuffle=False))}) == 3


class TestExecute:
    def test_it_says_its_events_in_order(self, tiny: Tiny) -> None:
        events = list(events_of(tiny(epochs=2)))
        assert [type(event) for event in events] == [Started, Epoch, Epoch, Finished]
        assert [event.number for event in events if isinstance(event, Epoch)] == [1, 2]
        assert [event.time for event in events] == sorted(event.time for event in events)

    def test_the_end_holds_the_network_and_what_it_predicts(self, tiny: Tiny) -> None:
        *_, last, end = events_of(tiny())
        assert isinstance(last, Epoch)
        assert isinstance(end, Finished)
        assert end.arrays["parameters"]["weights_0"].shape == (5, 36)
        predictions = end.arrays["predictions"]
        right = predictions["labels"] == predictions["predicted"]
        assert int(right.sum()) == last.metrics["test/correct"]
        assert right.mean() == last.metrics["test/accuracy"]

    def test_a_users_error_ends_it_in_one_line_with_its_traceback(self, tiny: Tiny) -> None:
        *_, end = events_of(tiny(dataset={"path": "nowhere.npz"}))
        assert isinstance(end, Failed)
        assert "nowhere.npz" in end.error
        assert "\n" not in end.error
        assert end.traceback.startswith("Traceback")

    def test_a_defect_is_named_by_its_kind(self, tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("in\ntwo lines")

        monkeypatch.setattr(experiment.core, "train", broken)
        started, end = events_of(tiny())
        assert isinstance(started, Started)
        assert isinstance(end, Failed)
        assert end.error == "ZeroDivisionError: in two lines"

    def test_it_computes_with_the_threads_that_were_asked_for(self, tiny: Tiny) -> None:
        started = next(iter(events_of(tiny(threads=1))))
        assert isinstance(started, Started)
        blas = [value for name, value in started.environment.items() if name.startswith("blas.")]
        assert blas
        assert all(value.endswith(", 1 threads") for value in blas)


class TestGoingOn:
    @pytest.fixture
    def whole(self, tiny: Tiny) -> list[Event]:
        return [*events_of(tiny(epochs=5))]

    @pytest.fixture
    def checkpoint(self, tiny: Tiny) -> Checkpoint:
        _, *epochs, end = events_of(tiny(epochs=3))
        assert isinstance(end, Finished)
        return Checkpoint("1a2b", tuple(epochs), end.state)  # type: ignore[arg-type]

    def test_it_says_all_epochs_and_ends_as_if_it_had_never_stopped(
        self, tiny: Tiny, whole: list[Event], checkpoint: Checkpoint
    ) -> None:
        started, resumed, *epochs, end = execute(NETWORK, SCHEMA.values(tiny(epochs=5)), None, checkpoint)
        assert resumed == Resumed("1a2b", 3)
        *expected, last = whole[1:]
        assert isinstance(started, Started)
        assert tuple(epochs[:3]) == checkpoint.epochs
        assert [untimed(epoch) for epoch in epochs] == [untimed(epoch) for epoch in expected]
        assert (end.remarks, end.arrays.keys(), end.state.keys()) == (
            last.remarks, last.arrays.keys(), last.state.keys()
        )  # fmt: skip
        for name, arrays in {**last.arrays, **last.state}.items():
            there = {**end.arrays, **end.state}[name]
            assert all(array.tobytes() == there[each].tobytes() for each, array in arrays.items()), name

    def test_its_time_is_that_of_all_its_epochs(self, tiny: Tiny, checkpoint: Checkpoint) -> None:
        last = checkpoint.epochs[-1]
        longer = replace(last, metrics={**last.metrics, "time/total_s": 1000.0})
        before = replace(checkpoint, epochs=(*checkpoint.epochs[:-1], longer))
        *_, epoch, _ = execute(NETWORK, SCHEMA.values(tiny(epochs=5)), None, before)
        assert epoch.metrics["time/total_s"] > 1000

    def test_told_to_end_it_leaves_its_state_but_for_one_that_is_not_its_own(
        self, tiny: Tiny, checkpoint: Checkpoint
    ) -> None:
        for at, files in ((1, set()), (2, set()), (4, {"parameters", "state"})):
            events = execute(NETWORK, SCHEMA.values(tiny(epochs=5)), None, checkpoint)
            for event in events:
                if isinstance(event, Epoch) and event.number == at:
                    break
            end = events.send(Pruned("not worth it"))
            assert end == Pruned("not worth it", end.time)
            assert set(end.state) == files
            assert next(events, None) is None

    def test_a_state_of_another_network_is_a_mistake_in_one_line(self, tiny: Tiny, checkpoint: Checkpoint) -> None:
        *_, end = execute(NETWORK, SCHEMA.values(tiny(epochs=5, hidden=6)), None, checkpoint)
        assert isinstance(end, Failed)
        assert end.error == "expected the state of such a network, but got one of [36, 5, 3], float32"


def untimed(event: Event) -> tuple[int, str, dict[str, float]]:
    assert isinstance(event, Epoch)
    return event.number, event.digest, {name: value for name, value in event.metrics.items() if "time/" not in name}


@dataclass(frozen=True)
class Steps:
    epochs: int = 2
    start: float = 1.0


class Halving:
    """A task as plain as can be: a number is halved, and nothing is said of any state."""

    name = "halving"
    schema = Schema(Steps)
    measures = (Measure("half", better="down", purpose="choose"), Measure("time/nap_s", SECONDS, "down"))

    def __init__(self, digest: str = "", result: Result | None = None) -> None:
        self._digest, self._result = digest, result

    def examine(self, config: Steps) -> Examined:
        return Examined(config, "halving")

    def code(self) -> str:
        return "code"

    def begin(self, config: Steps) -> Generator[Measured, None, Result | None]:
        for epoch in range(config.epochs):
            yield Measured({"half": config.start / 2**epoch, "time/nap_s": np.float64(perf_counter())}, self._digest)
        return self._result

    def digest_of(self, config: Steps, read: Read) -> str:
        return ""

    def epochs(self, config: Steps) -> int | None:
        return None

    def epoch_seconds(self, config: Steps) -> float:
        return 0.0


class TestAnotherTask:
    def test_it_is_trained_from_plain_values(self) -> None:
        started, *epochs, finished = execute(Halving(), {"epochs": 3, "start": 8})
        assert isinstance(started, Started)
        assert [epoch.metrics["half"] for epoch in epochs] == [8, 4, 2]
        assert [epoch.number for epoch in epochs] == [1, 2, 3]
        assert isinstance(finished, Finished)

    def test_the_time_in_which_others_do_something_is_none_of_its(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = count()
        monkeypatch.setattr("nnexp.training.execute.perf_counter", lambda: float(next(clock)))
        totals = []
        for event in execute(Halving(), {}):
            for _ in range(1000):  # readings of the clock, as seconds go by
                next(clock)
            totals += [event.metrics["time/total_s"]] if isinstance(event, Epoch) else []
        assert totals == sorted(totals)
        assert 0 < totals[-1] < 100

    def test_the_time_since_the_start_is_measured_for_it(self) -> None:
        _, one, two, _ = execute(Halving(), {})
        assert 0 < one.metrics["time/total_s"] <= two.metrics["time/total_s"]
        assert set(one.metrics) == {"half", "time/nap_s", "time/total_s"}

    def test_what_it_returns_is_what_is_kept(self) -> None:
        arrays = {"state": {"x": np.ones(2)}}
        *_, end = execute(Halving(result=Result(arrays, {"never_bored": "true"})), {})
        assert (end.arrays, end.remarks) == (arrays, {"never_bored": "true"})
        *_, end = execute(Halving(), {})
        assert (end.arrays, end.remarks) == ({}, {})

    def test_a_state_that_it_does_not_digest_is_what_it_measured_less_the_times(self) -> None:
        def digests(**values: float) -> list[str]:
            return [event.digest for event in execute(Halving(), values) if isinstance(event, Epoch)]

        assert digests() == digests() != digests(start=np.nextafter(1.0, 2.0))
        assert all(len(digest) == 64 for digest in digests())
        assert len({*digests(epochs=5)}) == 5

    def test_a_time_that_it_does_not_declare_is_none_of_it_either(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def digests() -> list[str]:
            return [event.digest for event in execute(Halving(), {}) if isinstance(event, Epoch)]

        declared = digests()
        monkeypatch.setattr(Halving, "measures", ())
        assert digests() == declared

    def test_a_state_that_it_digests_is_its_own_affair(self) -> None:
        assert [event.digest for event in execute(Halving("d" * 64), {}) if isinstance(event, Epoch)] == ["d" * 64] * 2

    def test_whatever_else_it_gives_for_a_digest_is_digested(self) -> None:
        digests = {event.digest for event in execute(Halving("state 1"), {}) if isinstance(event, Epoch)}
        assert len(digests) == 1
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
        assert digests.isdisjoint(event.digest for event in execute(Halving("state 2"), {}) if isinstance(event, Epoch))

    def test_what_numpy_counts_with_becomes_plain(self) -> None:
        _, epoch, _, end = execute(
            Halving(result=Result({"state": {"x": [1, 2]}}, {"n": 3})),  # type: ignore[dict-item]
            {"start": 2.0},
        )
        assert {type(value) for value in epoch.metrics.values()} == {float}
        assert end.remarks == {"n": "3"}
        assert isinstance(end.arrays["state"]["x"], np.ndarray)

    def test_arrays_that_only_a_pickle_could_keep_fail_the_run(self) -> None:
        *_, end = execute(Halving(result=Result({"state": {"x": np.array([object()])}})), {})
        assert isinstance(end, Failed)
        assert end.error == "TypeError: x of state must be an array of numbers or text, but holds objects"

    @pytest.mark.parametrize(
        ("changed", "because"),
        [
            ({"code": "other"}, "the code that decides its numbers was changed"),
            ({"data": "other"}, "its data (none) were changed"),
            ({"key": "other"}, "its settings mean something else"),
        ],
    )
    def test_what_is_not_what_was_planned_fails_before_it_is_trained(
        self, changed: dict[str, str], because: str
    ) -> None:
        spec = make_spec(Halving(), Halving.schema.parse_config({}))
        started, end = execute(Halving(), {}, replace(spec.basis, **changed))
        assert isinstance(started, Started)
        assert isinstance(end, Changed)
        assert because in end.error
        assert isinstance([*execute(Halving(), {}, spec.basis)][-1], Finished)

    def test_settings_that_it_does_not_have_fail_the_run(self) -> None:
        (end,) = execute(Halving(), {"epoch": 3})
        assert isinstance(end, Failed)
        assert end.error == "there is no setting epoch; did you mean epochs?"


class TestEnvironment:
    def test_it_names_what_decides_the_bits(self) -> None:
        found = environment()
        assert {"python", "numpy", "scipy", "cpu", "cpu.features", "machine", "os"} < set(found)
        assert found["numpy"] == np.__version__
        assert all(isinstance(value, str) and value for name, value in found.items() if name != "cpu.features")

    def test_its_fingerprint_depends_on_every_value_and_on_no_order(self) -> None:
        found = environment()
        assert fingerprint(found) == fingerprint(dict(reversed(found.items())))
        assert all(fingerprint(found | {name: "other"}) != fingerprint(found) for name in found)


class TestOwner:
    def test_a_process_that_lives_is_not_gone(self) -> None:
        assert not owner.is_gone(owner.me())

    def test_one_that_ended_is(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        named = f"{socket.gethostname()} {process.pid} {psutil.Process(process.pid).create_time():.2f}"
        assert not owner.is_gone(named)
        process.kill()
        process.communicate()
        assert owner.is_gone(named)

    def test_a_number_that_another_process_has_by_now_is(self) -> None:
        host, pid, started = owner.me().rsplit(" ", 2)
        assert owner.is_gone(f"{host} {pid} {float(started) - 60:.2f}")

    @pytest.mark.parametrize("text", ["elsewhere.example 1 1.0", "", "nonsense", "{host} one 1.0", "{host} 1 soon"])
    def test_of_others_nothing_is_known(self, text: str) -> None:
        assert not owner.is_gone(text.format(host=socket.gethostname()))


def test_the_source_of_a_run_is_named() -> None:
    tags = source.tags()
    assert {Tag.SOURCE, Tag.USER} <= set(tags)
    assert len(tags.get(Tag.COMMIT, "0" * 40)) == 40


def test_a_user_without_a_name_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(source.getpass, "getuser", nameless)
    source.tags.cache_clear()
    assert source.tags()[Tag.USER] == "unknown"
    source.tags.cache_clear()


def test_events_are_values() -> None:
    assert replace(Failed("a", "b", 1), error="c") == Failed("c", "b", 1)
