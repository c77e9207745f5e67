"""Another store's runs, brought into this one: what is proved comes once, and all else is left and named."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.archive.audit import audit
from nnexp.archive.run import read_archive
from nnexp.recording import ending
from nnexp.recording.brought import bring
from nnexp.recording.files import write_arrays
from nnexp.recording.repair import repair
from nnexp.sweep import merging
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.launched import Swept
from nnexp.sweep.merge import Merge, survey_merge
from nnexp.sweep.merging import MEANWHILE, Merged, do_merge
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Metric, Run, RunStart, Status, Tag, key_claim, sweep_claim
from tests.plans import Diary

LABELS = np.arange(60) % 3
Brought = tuple[Merge, Merged]


def swept(store: MemoryStore, plan: Plan) -> Swept:
    return Session(store, NETWORK, Diary(), executor=lambda _: InProcessExecutor()).sweep(plan, Policy())


@pytest.fixture
def other(plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """Another store: a sweep of three runs that have their pictures, one of which has a tag of its owner's."""
    monkeypatch.setattr(ending, "DRAWN_MS", 0)
    store = MemoryStore()
    swept(store, plan(seeds=3))
    [sweep] = store.runs(Kind.SWEEP)
    store.log(sweep.run_id, tags={Tag.SAID: "for fig 3", Tag.NOTE: "for fig 3\n\n**It is so.**", Tag.PAGE: "a /etc/x"})
    store.log(of_seed(store, 0).run_id, [Metric("mine/loss", 0.5, 1, 9)], {"paper": "fig3", Tag.VERIFIED: "identical"})
    return store


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.address = "here"  # as a store that another process finds
    return store


@pytest.fixture
def merge(other: MemoryStore, store: MemoryStore, tmp_path: Path) -> Callable[[], Brought]:
    def merge() -> Brought:
        found = survey_merge(other.runs(None), other, store)
        return found, do_merge(found, other, store, tmp_path / f"merged-{len(store._entries)}", Diary().say)

    return merge


def of_seed(store: MemoryStore, seed: int) -> Run:
    return next(run for run in store.runs() if run.params["seed"] == str(seed))


def replace_file(store: MemoryStore, run: Run, name: str, content: bytes) -> None:
    store._entries[run.run_id].artifacts[name] = content


def content_of(store: MemoryStore) -> Any:
    """What a store holds but for ids and places."""
    placed = {Tag.OWNER, Tag.FOLDER, Tag.PARENT, Tag.PAGE, Tag.PLAN}
    return sorted(
        (
            str((run.name, run.status, run.started_at, run.ended_at, run.params)),
            {name: text for name, text in run.tags.items() if text and name not in placed},
            dict(sorted(run.metrics.items())),
            dict(sorted(store._entries[run.run_id].artifacts.items())) if run.kind == Kind.RUN else {},
        )
        for run in store.runs(None)
    )


def test_all_of_it_comes_and_is_as_it_was(other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought]) -> None:
    before = content_of(other)
    found, merged = merge()
    assert (len(found.coming), len(merged.runs), len(merged.sweeps)) == (3, 3, 1)
    assert content_of(store) == before == content_of(other)
    [sweep] = store.runs(Kind.SWEEP)
    assert Tag.PAGE not in sweep.tags  # a path of another machine's
    assert {run.parent_id for run in store.runs()} == {sweep.run_id}
    assert all(Path(run.tags[Tag.FOLDER], "parameters.npz").is_file() for run in store.runs())
    assert store.history([merged.runs[of_seed(other, 0).run_id]], "mine/loss").popitem()[1] == [(1, 0.5)]
    for run in store.runs():
        read_archive(run, store)  # so it can be trained again
    assert audit(store) == []


def test_the_same_sweep_reuses_what_came(
    store: MemoryStore, merge: Callable[[], Brought], plan: Callable[..., Plan]
) -> None:
    merge()
    again = swept(store, plan(seeds=3))
    assert len(again.survey.ledger.done) == 3
    assert len(store.runs(Kind.SWEEP)) == 1


def test_what_came_does_not_come_again(store: MemoryStore, merge: Callable[[], Brought]) -> None:
    merge()
    before = content_of(store)
    found, merged = merge()
    assert (found.coming, merged.runs, len(found.known)) == ((), {}, 3)
    assert content_of(store) == before


def test_a_key_that_is_finished_here_is_not_doubled_and_joins_the_sweep(
    store: MemoryStore, merge: Callable[[], Brought], plan: Callable[..., Plan]
) -> None:
    swept(store, plan({"seed": 0}))
    found, _ = merge()
    assert (len(found.coming), len(found.known), len(found.other_bits)) == (2, 1, 0)
    wide = next(sweep for sweep in store.runs(Kind.SWEEP) if sweep.params["runs"] == "3")
    assert len(store.runs(tags={Tag.member(wide.tags[Tag.SWEEP]): Tag.YES})) == 3
    assert of_seed(store, 0).tags["paper"] == "fig3"
    assert Tag.VERIFIED not in of_seed(store, 0).tags  # which is said of the other
    assert wide.status is Status.FINISHED


def test_the_same_key_with_other_bits_is_told_with_the_epoch(
    other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought], plan: Callable[..., Plan]
) -> None:
    swept(store, plan({"seed": 0}))
    here = of_seed(store, 0)
    lines = [json.loads(line) for line in (store.artifact(here.run_id, "epochs.jsonl") or b"").splitlines()]
    lines[1]["digest"] = "0" * 64
    replace_file(store, here, "epochs.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines).encode())
    [parted] = merge()[0].other_bits
    assert (parted.here.run_id, parted.there.run_id, parted.epoch) == (here.run_id, of_seed(other, 0).run_id, 2)


def alter_answers(store: MemoryStore, run: Run, **arrays: Any) -> None:
    replace_file(store, run, "predictions.npz", write_arrays(arrays))


def say_it_is_better(store: MemoryStore, run: Run) -> None:
    """Alter the test accuracy wherever it is said: in the store, and in the journal alike."""
    lines = [json.loads(line) for line in (store.artifact(run.run_id, "epochs.jsonl") or b"").splitlines()]
    lines[-1]["metrics"]["test/accuracy"] = 0.999
    replace_file(store, run, "epochs.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines).encode())
    metrics = store._entries[run.run_id].metrics
    for metric in [one for one in metrics if one.name in ("test/accuracy", "final/test_accuracy")]:
        if metric.step in (0, len(lines)):
            metrics.pop(metric)
            store.log(run.run_id, [replace(metric, value=0.999)])


DAMAGE: dict[str, tuple[Callable[[MemoryStore, Run], object], str]] = {
    "a setting of its config is another": (
        lambda store, run: replace_file(
            store, run, "config.json", (store.artifact(run.run_id, "config.json") or b"").replace(b"3.0", b"2.5")
        ),
        "eta is 2.5 in config.json and 3.0 among the parameters",
    ),
    "its key is another's": (lambda store, run: store.log(run.run_id, tags={Tag.KEY: "0" * 64}), "make the key"),
    "it has no key": (lambda store, run: store.log(run.run_id, tags={Tag.KEY: ""}), "it has no key"),
    "its parameters are damaged": (
        lambda store, run: replace_file(store, run, "parameters.npz", b"\x80pickle"),
        "parameters.npz is not loaded: it holds pickled objects",
    ),
    "its parameters are gone": (
        lambda store, run: store._entries[run.run_id].artifacts.pop("parameters.npz"),
        "parameters.npz, which it left, is gone",
    ),
    "a figure is not that of its journal": (
        lambda store, run: store.log(run.run_id, [Metric("final/val_accuracy", 0.999, 0, 1 << 42)]),
        "final/val_accuracy is 0.999 in the store",
    ),
    "its accuracy is better in its journal too": (
        say_it_is_better,
        "test/accuracy of the last epoch is 0.999 in epochs",
    ),
    "what it lost is not said": (
        lambda store, run: (
            alter_answers(store, run, labels=LABELS, predicted=LABELS % 2, confidence=np.ones(60)),
            store.log(run.run_id, tags={Tag.LOST: Tag.NOTHING}),
        ),
        "nnexp.lost is nothing in the store, and 2 by predictions.npz",
    ),
    "it is said to have lost what it knows": (
        lambda store, run: (
            alter_answers(store, run, labels=LABELS, predicted=LABELS, confidence=np.ones(60)),
            store.log(run.run_id, tags={Tag.LOST: "0", Tag.NEVER_PREDICTED: "0"}),
        ),
        "nnexp.lost is 0 in the store, and nothing by predictions.npz; nnexp.never_predicted is 0 in the store",
    ),
    "its answers are none": (
        lambda store, run: alter_answers(store, run, labels=LABELS, predicted=LABELS[:7], confidence=np.ones(60)),
        "predictions.npz holds no answers",
    ),
    "its answers are gone, and not missed": (
        lambda store, run: (
            store._entries[run.run_id].artifacts.pop("predictions.npz"),
            store.log(run.run_id, tags={Tag.FILES: run.tags[Tag.FILES].replace("predictions.npz", "")}),
        ),
        "the store has no predictions.npz of it",
    ),
    "a setting that decides is said to decide nothing": (
        lambda store, run: store.log(run.run_id, tags={Tag.INCIDENTAL: f"{run.tags[Tag.INCIDENTAL]} hidden"}),
        "nnexp.incidental names hidden, which decides what is trained",
    ),
    "a setting that decides nothing is said to decide": (
        lambda store, run: store.log(run.run_id, tags={Tag.INCIDENTAL: "dataset.name experiment threads"}),
        "nnexp.incidental does not name dataset.path",
    ),
    "its name is a path": (lambda store, run: store.log(run.run_id, tags={Tag.UID: "../../x"}), "it has no nnexp.uid"),
    "it would be code": (
        lambda store, run: replace_file(store, run, "config.json", b'{"format": 2, "settings": {"_target_": "os"}}'),
        "a record is data, not code",
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_what_cannot_be_proved_is_refused_by_name_and_the_rest_comes(
    what: str, other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought]
) -> None:
    alter, told = DAMAGE[what]
    damaged = of_seed(other, 1)
    alter(other, damaged)
    found, _ = merge()
    [(run, why)] = found.refused
    assert (run.run_id, told in why) == (damaged.run_id, True), why
    assert {run.params["seed"] for run in store.runs()} == {"0", "2"}
    assert store.runs(Kind.SWEEP)[0].status is Status.KILLED  # so that the same command goes on


def test_a_run_that_calls_itself_as_one_here_changes_nothing_of_that(
    other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought], plan: Callable[..., Plan]
) -> None:
    swept(store, plan({"seed": 7}))
    mine, theirs = of_seed(store, 7), of_seed(other, 1)
    other.log(theirs.run_id, tags={Tag.UID: mine.tags[Tag.UID]})
    [(run, why)] = merge()[0].refused
    assert (run.run_id, "and another key" in why) == (theirs.run_id, True)
    assert of_seed(store, 7) == mine


def test_what_is_running_there_is_left_alone_and_attempts_come(
    other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought]
) -> None:
    other.end(of_seed(other, 0).run_id, Status.RUNNING, 0)
    killed = of_seed(other, 1)
    other.end(killed.run_id, Status.KILLED, killed.started_at + 9)
    found, _ = merge()
    assert [run.params["seed"] for run in found.running] == ["0"]
    assert {run.params["seed"]: run.status for run in store.runs()} == {"1": Status.KILLED, "2": Status.FINISHED}
    assert store.runs(Kind.SWEEP)[0].status is Status.KILLED


def test_a_sweep_of_which_no_run_could_come_is_left_there(
    other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought], plan: Callable[..., Plan]
) -> None:
    [whole] = other.runs(Kind.SWEEP)
    swept(other, plan({"seed": 7}))
    other.end(of_seed(other, 7).run_id, Status.RUNNING, 0)
    found, _ = merge()
    assert ([sweep.run_id for sweep in found.sweeps], len(found.empty)) == ([whole.run_id], 1)
    assert [sweep.params["runs"] for sweep in store.runs(Kind.SWEEP)] == ["3"]


def test_what_is_being_run_here_is_left_for_the_next_time(
    other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought]
) -> None:
    busy = of_seed(other, 0)
    [sweep] = other.runs(Kind.SWEEP)
    claims = [key_claim(busy.key or ""), sweep_claim(sweep.tags[Tag.SWEEP])]
    for claim in claims:
        store.claims.take(claim)
    _, merged = merge()
    assert {run.run_id for run, _ in merged.left} == {busy.run_id, sweep.run_id}
    for claim in claims:
        store.claims.let_go(claim)
    merge()
    assert len(store.runs()) == 3
    assert store.runs(Kind.SWEEP)[0].status is Status.FINISHED


@pytest.mark.parametrize("at", ["create", "save", "end"])
def test_a_merge_that_was_cut_off_is_mended_by_the_next_command_and_goes_on(
    at: str,
    other: MemoryStore,
    store: MemoryStore,
    merge: Callable[[], Brought],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, calls = getattr(store, at), []

    def cut_off(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(store, at, cut_off)
        with pytest.raises(KeyboardInterrupt):
            merge()
    store.claims = type(store.claims)()  # its process is gone
    repair(store, Diary().say)
    merge()
    assert len(store.runs()) == len({run.key for run in store.runs()}) == 3
    assert {run.status for run in store.runs(None)} == {Status.FINISHED}
    assert audit(store) == []


def test_a_merge_that_is_stopped_leaves_nothing_running_and_goes_on(
    store: MemoryStore, merge: Callable[[], Brought], monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring_and_stop(*arguments: Any) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return bring(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(merging, "bring", bring_and_stop)
        _, merged = merge()
    assert (merged.signal, len(merged.runs)) == (signal.SIGINT, 1)
    assert [run.status for run in store.runs()] == [Status.FINISHED]
    assert [sweep.status for sweep in store.runs(Kind.SWEEP)] == [Status.KILLED]
    merge()
    assert {run.status for run in store.runs(None)} == {Status.FINISHED}
    assert len(store.runs()) == 3


def test_a_sweep_of_both_keeps_what_is_said_of_it_here_and_is_called_by_both_names(
    other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought], plan: Callable[..., Plan]
) -> None:
    [theirs] = other.runs(Kind.SWEEP)
    tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: theirs.tags[Tag.SWEEP], Tag.UID: "u", Tag.SAID: "mine", Tag.LOOKS: "3"}
    mine = store.create(RunStart("ours", 5, {"runs": "3"}, {**tags, Tag.NOTE: "mine"}))
    store.end(mine, Status.KILLED, 6)
    other.log(theirs.run_id, tags={Tag.LOOKS: "5"})
    merge()
    [sweep] = store.runs(Kind.SWEEP)
    assert (sweep.run_id, sweep.status, sweep.tags[Tag.LOOKS]) == (mine, Status.FINISHED, "3 5")
    assert (sweep.tags[Tag.NAMES], sweep.tags[Tag.NOTE]) == ("ours tiny", "mine\n\n**It is so.**")


def test_a_mark_of_a_sweep_that_is_not_there_is_not_believed(
    other: MemoryStore, store: MemoryStore, merge: Callable[[], Brought]
) -> None:
    mark = Tag.member("f" * 64)
    other.log(of_seed(other, 0).run_id, tags={mark: Tag.YES})
    merge()
    assert not store.runs(tags={mark: Tag.YES})


def test_what_was_finished_here_since_it_was_looked_for_is_not_doubled(
    other: MemoryStore, store: MemoryStore, plan: Callable[..., Plan], tmp_path: Path
) -> None:
    found = survey_merge(other.runs(None), other, store)
    swept(store, plan({"seed": 0}))
    merged = do_merge(found, other, store, tmp_path / "merged", Diary().say)
    assert [(run.params["seed"], why) for run, why in merged.left] == [("0", MEANWHILE)]
    assert len(store.runs()) == 3
