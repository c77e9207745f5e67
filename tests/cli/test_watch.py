"""`nnexp watch`: a sweep as it goes, told from its store alone; the store moves on whenever the command pauses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nnexp.cli import watch as command
from nnexp.errors import NnexpError, NotFoundError, TrackingError, UnfinishedError
from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Metric, RunStart, Status, Tag, sweep_claim
from nnexp.training.events import now

KEY = "a" * 64
MEMBER = {Tag.KIND: Kind.RUN, Tag.member(KEY): Tag.YES}


class Running:
    """A sweep of eight runs, two settings of four seeds, that somebody is at work on."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: KEY, Tag.VARIES: "hidden seed", Tag.LAUNCHED: str(now() - 10_000)}
        self.run_id = store.create(RunStart("wide", 1000, {"runs": "8"}, tags))
        store.claims.take(sweep_claim(KEY))

    def begin(self, hidden: int, seed: int, epoch: int = 0) -> str:
        params = {"hidden": str(hidden), "seed": str(seed), "epochs": "9"}
        tags = {**MEMBER, Tag.KEY: f"{hidden}-{seed}"}
        run_id = self.store.create(RunStart(f"784-{hidden}-10 seed={seed}", now(), params, tags, self.run_id))
        self.store.log(run_id, [Metric("time/total_s", 1.0, epoch, 9)] if epoch else [])
        return run_id

    def end(self, run_id: str, accuracy: float, status: Status = Status.FINISHED) -> None:
        self.store.log(run_id, [Metric("final/val_accuracy", accuracy, 0, 9)])
        self.store.end(run_id, status, now())

    def finish(self, hidden: int, seed: int) -> None:
        self.end(self.begin(hidden, seed), 0.9 + hidden / 1000 + seed / 10_000)

    def over(self, status: Status) -> None:
        self.store.end(self.run_id, status, now())
        self.let_go()

    def let_go(self) -> None:
        self.store.claims.let_go(sweep_claim(KEY))


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Running:
    store = MemoryStore()
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: store)
    return Running(store)


@pytest.fixture
def watch(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[list[str], str, NnexpError | None]]:
    """Watch, with the steps that are taken while it pauses; give what it printed, said and raised."""

    def watch(
        steps: Iterator[object], wanted: str | None = None, *, as_json: bool = False, worthwhile: float | None = None
    ) -> tuple[list[str], str, NnexpError | None]:
        raised = None
        try:
            command.watch(wanted, as_json=as_json, worthwhile=worthwhile, pause=lambda _: next(steps))
        except NnexpError as error:
            raised = error
        out, err = capfd.readouterr()
        return out.splitlines(), err, raised

    return watch


def whole(running: Running) -> Iterator[None]:
    """Finish four runs of each setting, and then end the sweep, though one more was begun."""
    for seed in range(4):
        running.finish(30, seed)
    yield
    for seed in range(4):
        running.finish(60, seed)
    yield
    running.over(Status.FINISHED)
    yield


def test_each_run_that_ends_is_told_and_no_answer_pretends_to_be_the_last(running: Running, watch: Any) -> None:
    running.begin(7, 7, epoch=4)
    lines, err, raised = watch(whole(running))
    assert lines[0].startswith("0 of 8 runs finished, 1 running, 7 left")
    ended = [line.partition(";")[0] for line in lines if "FINISHED;" in line]
    assert sorted(ended[4:]) == [f"784-60-10 seed={seed}: FINISHED" for seed in range(4)]
    told = [line for line in lines if line.startswith("So far (8 of 9 runs): ")]
    assert "hidden=60 is the best" in told[-1]
    assert "5 % error" not in told[-1]
    after = lines[lines.index(told[-1]) + 1 :]
    assert any("(4 seeds, 5 % error for all of it)" in line for line in after)
    assert (raised, "nnexp: sweep wide is FINISHED: 8 of 9 runs finished\n" in err) == (None, True)


def test_what_matters_to_whoever_watches_is_asked(running: Running, watch: Any) -> None:
    lines, _, _ = watch(whole(running), as_json=True, worthwhile=5.0)
    assert json.loads(lines[-1])["worthwhile"] == 0.05


def test_a_program_reads_a_document_a_line(running: Running, watch: Any) -> None:
    going = running.begin(60, 3, epoch=4)

    def steps() -> Iterator[None]:
        for seed in range(4):
            running.finish(30, seed)
        running.finish(60, 0)
        yield
        running.end(going, 0.1, Status.FAILED)
        running.over(Status.FAILED)
        yield

    lines, _, raised = watch(steps(), "wide", as_json=True)
    first, between, last = map(json.loads, lines)
    assert first["going"] == [{"run_id": going, "name": "784-60-10 seed=3", "epoch": 4, "epochs": 9}]
    assert (first["finished"], first["runs"], first["left"], first["running"]) == (0, 8, 7, True)
    assert between["so_far"] == {"done": 5, "of": 8}
    assert between["seconds_left"] > 0
    assert (last["status"], last["failed"], last["running"], "so_far" in last) == ("FAILED", 1, False, False)
    assert last["run_ids"]["hidden=60"]
    assert isinstance(raised, UnfinishedError)


def test_one_that_nobody_runs_any_more_is_said_so_with_what_goes_on(running: Running, watch: Any) -> None:
    def killed() -> Iterator[None]:
        running.finish(30, 0)
        running.let_go()
        yield

    _, _, raised = watch(killed())
    told = "sweep wide is KILLED (1 of 8 runs finished); the command that began it goes on where it stood"
    assert (str(raised), raised.exit_status) == (told, 1)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_killed_sweep_goes_by_one_word(as_json: bool, running: Running, watch: Any) -> None:
    def killed() -> Iterator[None]:
        running.let_go()
        yield

    lines, _, raised = watch(killed(), as_json=as_json)
    assert str(raised).startswith("sweep wide is KILLED (")
    assert not as_json or json.loads(lines[-1])["status"] == "KILLED"


def test_ctrl_c_leaves_the_sweep_alone(running: Running, watch: Any) -> None:
    def interrupted() -> Iterator[None]:
        raise KeyboardInterrupt
        yield

    _, _, raised = watch(interrupted())
    assert (str(raised), raised.exit_status) == ("sweep wide goes on; nnexp watch 00000001 looks on", 130)
    [sweep] = running.store.runs(Kind.SWEEP)
    assert sweep.status is Status.RUNNING


def test_a_store_that_is_away_for_a_while_is_looked_at_again(
    running: Running, watch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise TrackingError("the store is away")

    def steps() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(running.store, "runs", away)
            yield
            yield
        running.over(Status.FINISHED)
        yield

    _, err, raised = watch(steps())
    assert raised is None
    assert err.count("nnexp: the store is away; it is looked at again until it is back\n") == 1


def test_a_failed_run_that_is_tried_again_is_none_that_failed(running: Running, watch: Any) -> None:
    running.end(running.begin(30, 0), 0.1, Status.FAILED)
    running.begin(30, 0)

    def steps() -> Iterator[None]:
        running.over(Status.KILLED)
        yield

    lines, _, _ = watch(steps())
    assert "failed" not in lines[0]


def test_a_sweep_that_asked_for_more_than_at_first_is_counted_whole(running: Running, watch: Any) -> None:
    for seed in range(9):
        running.finish(30, seed)
    running.over(Status.FINISHED)
    assert watch(iter(()))[0][0] == "9 of 9 runs finished, 0 running, 0 left"


def test_one_that_is_over_is_told_and_one_that_is_none_is_refused(running: Running, watch: Any, nnexp: Any) -> None:
    running.over(Status.FINISHED)
    lines, err, raised = watch(iter(()))
    assert (lines[0], raised) == ("0 of 8 runs finished, 0 running, 8 left", None)
    assert "the last one; nnexp sweeps lists them" in err
    assert "is FINISHED; if one was started a moment ago, type nnexp watch again\n" in err
    assert nnexp("watch", "narrow")[0] == 2
    assert not [*Path().iterdir()]


@pytest.mark.parametrize("wanted", [None, "quick"])
def test_one_that_is_being_started_is_waited_for(wanted: str | None, running: Running, watch: Any) -> None:
    running.store._entries.clear()

    def steps() -> Iterator[None]:
        yield
        tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: KEY}
        running.run_id = running.store.create(RunStart("quick", now(), {"runs": "1"}, tags))
        yield
        running.over(Status.FINISHED)
        yield

    lines, err, raised = watch(steps(), wanted)
    assert (lines[0], raised) == ("0 of 1 run finished, 0 running, 1 left", None)
    assert err.count("one that is being started is waited for, 15 s\n") == 1


def test_where_none_is_started_the_waiting_ends(running: Running, watch: Any) -> None:
    running.store._entries.clear()
    lines, _, raised = watch(iter([None] * command.BEGINNING))
    assert lines == []
    assert str(raised) == "there is no sweep in the memory of this process; nnexp sweep NAME begins one"
    assert isinstance(raised, NotFoundError)
