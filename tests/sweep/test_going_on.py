"""A run goes on from where another stands that began as it does, or broke off; what is not exact is passed over."""

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnexp.archive.proof import Answer
from nnexp.recording import files
from nnexp.recording.begin import new_recorder
from nnexp.recording.ending import Stand, read_stand
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.sweep.source import Decision, Planned
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Status, Tag
from nnexp.training import keeping
from nnexp.training.checkpoint import digest_state
from nnexp.training.events import Ending, Epoch
from nnexp.training.spec import make_spec
from tests.plans import events_of


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def session(store, diary):
    return Session(store, NETWORK, diary, executor=lambda slots: InProcessExecutor())


@pytest.fixture
def train(session, store, tiny, tmp_path):
    """Train a run, and give its record."""

    def train(*, fresh=False, **settings):
        trained = session.train(make_spec(NETWORK, tiny(**settings), folder=tmp_path / "run"), Policy(fresh=fresh))
        (record,) = store.runs(tags={Tag.UID: trained.recorder.run.tags[Tag.UID]})
        return record

    return train


@pytest.fixture
def told(diary):
    """The lines that tell of going on, and take them out; of a run's name its shape alone."""

    def told():
        lines, diary.lines[:] = [line for line in diary.lines if " on from " in line], []
        return [re.sub(r"^36-5-3 on tiny [^:]+:", "36-5-3:", line) for line in lines]

    return told


def journal(record, store):
    return [files.read_epoch(line) for line in store.artifact(record.run_id, files.EPOCHS).splitlines()]


def digests(record, store):
    return [epoch.digest for epoch in journal(record, store)]


def undisturbed(tiny, **settings):
    return [event.digest for event in events_of(tiny(**settings)) if isinstance(event, Epoch)]


def rewrite(store, record, name, change):
    """Change a file of arrays in the store, as nnexp would write it."""
    arrays = files.read_arrays(name, store.artifact(record.run_id, name))
    Path(name).write_bytes(files.write_arrays(change(arrays)))
    store.save(record.run_id, [Path(name)])


def test_a_longer_run_has_the_shorter_ones_epochs_and_the_bits_of_one_go(train, store, tiny, told):
    short = train(epochs=2)
    long = train(epochs=5)
    assert told() == [f"36-5-3: goes on from epoch 2 of run {short.run_id[:8]}"]
    assert journal(long, store)[:2] == journal(short, store)
    assert digests(long, store) == undisturbed(tiny, epochs=5)
    for name in ("val/accuracy", "time/total_s"):
        both = store.history([short.run_id, long.run_id], name)
        assert [step for step, _ in both[long.run_id]] == [1, 2, 3, 4, 5]
        assert both[long.run_id][:2] == both[short.run_id]
    assert long.tags[Tag.CONTINUED_FROM] == f"epoch 2 of {short.run_id}"
    assert long.key == make_spec(NETWORK, tiny(epochs=5)).key
    assert Tag.CONTINUED_FROM not in short.tags


def test_the_longest_is_taken_and_what_went_on_may_be_gone_on_from(train, store, tiny, told):
    for epochs in (2, 1, 4, 6, 5):
        last = train(epochs=epochs)
    assert [line.split(" of run")[0] for line in told()] == [
        f"36-5-3: goes on from epoch {epoch}" for epoch in (2, 4, 4)
    ]
    assert digests(last, store) == undisturbed(tiny, epochs=5)


@pytest.mark.parametrize(
    "settings",
    [{"seed": 1}, {"eta": 1.0}, {"kernel": "reference"}, {"dataset": {"limit": 100}}, {"epochs": 1}],
    ids=str,
)
def test_one_that_begins_otherwise_or_is_shorter_is_trained_from_its_start(train, told, settings):
    train(epochs=2)
    assert Tag.CONTINUED_FROM not in train(**{"epochs": 4, **settings}).tags
    assert told() == []


def test_other_code_is_another_course(train, told, monkeypatch):
    train(epochs=2)
    monkeypatch.setattr(type(NETWORK), "code", lambda self: "another")
    train(epochs=4)
    assert told() == []


def test_bits_of_one_environment_go_on_in_that_alone(train, store, told):
    short = train(epochs=2, kernel="numpy")
    assert Tag.CONTINUED_FROM in train(epochs=3, kernel="numpy").tags
    assert len(told()) == 1
    for record in store.runs():
        store.log(record.run_id, tags={Tag.ENVIRONMENT: "another"})
    assert Tag.CONTINUED_FROM not in train(epochs=4, kernel="numpy").tags
    assert told() == []
    assert short.tags[Tag.COURSE] == store.runs()[0].tags[Tag.COURSE]


def test_fresh_means_from_the_start(train, told, store, tiny):
    train(epochs=2)
    assert Tag.CONTINUED_FROM not in train(epochs=4, fresh=True).tags
    assert told() == []


def without(arrays):
    return {name: array for name, array in arrays.items() if name != "velocity_weights_0"}


def nudged(arrays):
    return {**arrays, "velocity_weights_0": np.nextafter(arrays["velocity_weights_0"], np.float32(1))}


def elsewhere(arrays):
    return {**arrays, "shuffling": arrays["shuffling"] + np.uint64(2)}


@pytest.mark.parametrize("change", [without, nudged, elsewhere], ids=lambda change: change.__name__)
def test_an_altered_state_is_named_and_not_gone_on_from(train, store, tiny, told, change):
    first, second = train(epochs=1, optimiser="momentum", eta=0.5), train(epochs=2, optimiser="momentum", eta=0.5)
    told()
    rewrite(store, second, files.STATE, change)
    last = train(epochs=4, optimiser="momentum", eta=0.5)
    assert told() == [
        f"36-5-3: does not go on from run {second.run_id[:8]}: its epochs or its state are not what it left",
        f"36-5-3: goes on from epoch 1 of run {first.run_id[:8]}",
    ]
    assert digests(last, store) == undisturbed(tiny, epochs=4, optimiser="momentum", eta=0.5)


@pytest.mark.parametrize(
    ("name", "content", "because"),
    [
        (files.STATE, b"PK garbage", "state.npz is not loaded: it is damaged"),
        (files.PARAMETERS, b"\x80", "parameters.npz is not loaded: it holds pickled objects"),
        (files.EPOCHS, b"{}\n", "line 1 of epochs.jsonl is not what nnexp writes"),
        (files.EPOCHS, b"", "its epochs or its state are not what it left"),
    ],
)  # fmt: skip
def test_a_damaged_record_is_named_and_the_run_trained_from_its_start(train, store, tiny, told, name, content, because):
    short = train(epochs=2)
    Path(name).write_bytes(content)
    store.save(short.run_id, [Path(name)])
    long = train(epochs=4)
    (line,) = told()
    assert line.startswith(f"36-5-3: does not go on from run {short.run_id[:8]}: {because}")
    assert digests(long, store) == undisturbed(tiny, epochs=4)


def test_an_altered_journal_is_not_taken_over(train, store, told):
    short = train(epochs=2)
    lines = store.artifact(short.run_id, files.EPOCHS).splitlines()
    one = json.loads(lines[0])
    one["metrics"]["val/accuracy"] += 0.01
    Path(files.EPOCHS).write_bytes(json.dumps(one).encode() + b"\n" + lines[1] + b"\n")
    store.save(short.run_id, [Path(files.EPOCHS)])
    train(epochs=4)
    assert "its epochs or its state are not what it left" in told()[0]


def test_a_state_that_is_whole_but_another_epochs_is_not_gone_on_from(train, store, told, tiny):
    """Whoever altered all that says what the state was still has the digest of the epoch against it."""
    short = train(epochs=2)
    *_, other = events_of(tiny(epochs=2, seed=1))
    rewrite(store, short, files.PARAMETERS, lambda arrays: other.arrays["parameters"])
    rewrite(store, short, files.STATE, lambda arrays: other.state["state"])
    forged = Stand(2, ("parameters", "state"), digest_state(journal(short, store), other.state))
    store.log(short.run_id, tags={Tag.STATE: str(forged)})
    train(epochs=4)
    assert "its state does not have the digest that epochs.jsonl gives for its last epoch" in told()[0]


@pytest.mark.parametrize("place", range(30))
def test_no_damage_is_carried_on(train, store, tiny, place):
    """A byte of what the shorter run left, or a letter of what the store says of it; drawn from a seed."""
    draw, settings = random.Random(place), {"optimiser": "momentum", "eta": 0.5}
    short = train(epochs=2, **settings)
    what = draw.choice([files.EPOCHS, files.PARAMETERS, files.STATE, Tag.STATE, Tag.COURSE])
    sound = short.tags[what].encode() if what in short.tags else store.artifact(short.run_id, what)
    at = draw.randrange(len(sound))
    damaged = sound[:at] + draw.choice([b"", bytes([draw.randrange(256)])]) + sound[at + 1 :]
    if what in short.tags:
        store.log(short.run_id, tags={what: damaged.decode(errors="replace")})
    else:
        Path(what).write_bytes(damaged)
        store.save(short.run_id, [Path(what)])
    assert digests(train(epochs=3, **settings), store) == undisturbed(tiny, epochs=3, **settings)


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "[]", "{}", "nonsense", "[" * 5000, '{"epoch": 2}'),
        '{"epoch": 2, "files": ["../../secret"], "digest": "%s"}' % ("0" * 64),
        '{"epoch": 2, "files": [1], "digest": "%s"}' % ("0" * 64),
        '{"epoch": 2, "files": ["state"], "digest": "1"}',
        '{"epoch": 0, "files": ["state"], "digest": "%s"}' % ("0" * 64),
        '{"epoch": true, "files": ["state"], "digest": "%s"}' % ("0" * 64),
    ],
)
def test_what_is_no_stand_says_nothing(text):
    assert read_stand(text) is None


class Halving(Planned):
    """Gives every run two epochs, and then the better half of them four."""

    def __init__(self, runs, longer):
        super().__init__(runs)
        self._longer, self._reached, self._ended = longer, {}, 0
        self._runs = len(self._waiting)

    def hear(self, run, event):
        if isinstance(event, Epoch):
            self._reached[run.config.seed] = event.metrics["val/accuracy"]
        if isinstance(event, Ending):
            self._ended += 1
            if self._ended == self._runs:
                better = sorted(self._reached, key=lambda seed: -self._reached[seed])[: self._runs // 2]
                self._waiting.extend(self._longer[seed] for seed in better)
        return Decision.GO_ON


def test_a_searchs_survivors_go_on_though_they_ended_just_now(session, plan, store, told, tiny):
    short, long = plan(seeds=4, epochs=2), plan(seeds=4, epochs=4)
    longer = {run.config.seed: replace(run, number=run.number + 10) for run in long.runs}
    asked = []
    read = store.runs
    store.runs = lambda *a, **k: asked.append(k.get("tags") or {}) or read(*a, **k)
    session.sweep(short, Policy(), lambda runs: Halving(runs, longer))
    assert len(told()) == 2
    assert len([tags for tags in asked if Tag.COURSE in tags]) == 2  # where it cannot be known beforehand
    survivors = [run for run in store.runs(status=Status.FINISHED) if run.params["epochs"] == "4"]
    assert len(survivors) == 2
    for run in survivors:
        assert digests(run, store) == undisturbed(tiny, epochs=4, seed=int(run.params["seed"]))


class Stopping(Planned):
    """Stops every run after its second epoch."""

    def hear(self, run, event):
        return Decision.STOP if isinstance(event, Epoch) and event.number == 2 else Decision.GO_ON


def test_a_pruned_run_goes_on_when_it_is_asked_for_again(session, plan, store, told, tiny):
    asked = plan(seeds=2, epochs=6)
    pruned = session.sweep(asked, Policy(), Stopping)
    assert len(pruned.outcome.pruned) == 2
    assert {run.fate for run in store.runs()} == {"PRUNED"}
    finished = session.sweep(asked, Policy())
    assert len(finished.outcome.finished) == 2
    assert (
        sorted(line.split(" of run")[0] for line in told()) == ["36-5-3: goes on from epoch 3"] * 2
    )  # it ended with the epoch after the one in which it was told to
    for run in filter(lambda run: run.is_finished, store.runs()):
        assert digests(run, store) == undisturbed(tiny, epochs=6, seed=int(run.params["seed"]))


def test_a_longer_sweep_goes_on_and_asks_the_store_once(session, plan, store, told):
    session.sweep(plan(seeds=3, epochs=2), Policy())
    asked = []
    read = store.runs
    store.runs = lambda *a, **k: asked.append(k.get("tags") or {}) or read(*a, **k)
    swept = session.sweep(plan(seeds=3, epochs=3), Policy())
    assert len(told()) == 3
    assert not [tags for tags in asked if Tag.COURSE in tags]
    reruns = session.rerun(session.runs_of(swept.survey.plan), Policy())
    assert {verdict.answer for verdict in reruns.verdicts} == {Answer.IDENTICAL}


def test_what_a_run_is_told_to_be_stopped_with_in_another_ones_epochs_leaves_that_one_alone(session, plan, store, told):
    session.sweep(plan(seeds=1, epochs=4), Policy())
    swept = session.sweep(plan(seeds=1, epochs=6), Policy(), Stopping)
    assert len(swept.outcome.pruned) == 1
    session.sweep(plan(seeds=1, epochs=6), Policy())
    assert [line.split(" of run")[0] for line in told()] == ["36-5-3: goes on from epoch 4"] * 2


class Frail(type(NETWORK)):
    """Fails in one epoch, once; `forgets` what it is told to of the states that it goes on from."""

    def __init__(self, at, forgets=()):
        self.at, self.forgets, self.trained = at, forgets, []

    def begin(self, config, state=None):
        done, known = int(state["state"]["epoch"]) if state else 0, state
        if state:
            zeros = {name: np.zeros_like(state["state"][name]) for name in self.forgets}
            known = {**state, "state": {**state["state"], **zeros}}
        training = super().begin(config, known)
        while True:
            try:
                measured = next(training)
            except StopIteration as end:
                return end.value
            done += 1
            self.trained.append(done)
            if done == self.at:
                self.at = 0
                raise RuntimeError("boom")
            yield measured


@pytest.fixture
def every_epoch(monkeypatch):
    """Have every state kept."""
    monkeypatch.setattr(keeping, "MOMENT_S", 0.0)
    monkeypatch.setattr(keeping, "TIMES", 0)


MOMENTUM = {"epochs": 7, "optimiser": "momentum", "eta": 0.5}


@pytest.fixture
def twice(store, diary, tiny, tmp_path, every_epoch):
    """Train a run of a task that fails in its sixth epoch, change its record, and train it again."""

    def twice(task, change=lambda record: None, retries=0):
        session = Session(store, task, diary, executor=lambda slots: InProcessExecutor())
        asked = make_plan("one", task, [(0, tiny(**MOMENTUM), tmp_path / "out")])
        session.sweep(asked, Policy(retries=retries))
        change(store.runs()[-1])
        again = session.sweep(asked, Policy())
        (finished,) = [run for run in store.runs() if run.is_finished]
        assert digests(finished, store) == undisturbed(tiny, **MOMENTUM)
        return session, finished, again.outcome

    return twice


def test_a_run_that_failed_goes_on_where_it_stood(twice, store, told):
    task = Frail(6)
    session, finished, _ = twice(task)
    failed = next(run for run in store.runs() if run.status is Status.FAILED)
    assert told() == [f"36-5-3: goes on from epoch 4 of run {failed.run_id[:8]}"]
    assert task.trained == [1, 2, 3, 4, 5, 6, 5, 6, 7]  # the fifth once more, as a proof
    assert finished.tags[Tag.CONTINUED_FROM] == f"epoch 4 of {failed.run_id}"
    assert journal(finished, store)[:5] == journal(failed, store)
    del task.trained[:]
    (verdict,) = session.rerun([finished], Policy()).verdicts
    assert verdict.answer is Answer.IDENTICAL
    assert task.trained == [1, 2, 3, 4, 5, 6, 7]


def test_so_does_another_try_of_the_same_launch(twice, told):
    task = Frail(6)
    _, _, again = twice(task, retries=1)
    assert [line.split(" of run")[0] for line in told()] == ["36-5-3: goes on from epoch 4"]
    assert task.trained == [1, 2, 3, 4, 5, 6, 5, 6, 7]
    assert again.finished == []


def test_a_task_that_forgets_is_found_and_its_run_trained_anew(twice, store, told):
    task = Frail(6, forgets=["velocity_weights_0"])
    _, finished, _ = twice(task)
    (line,) = told()
    assert re.fullmatch(
        r"36-5-3: does not go on from run \w{8}: epoch 5 came out otherwise \(.+ instead of .+\); it is trained anew",
        line,
    )
    assert task.trained == [1, 2, 3, 4, 5, 6, 5, 1, 2, 3, 4, 5, 6, 7]
    assert Tag.CONTINUED_FROM not in finished.tags


def test_a_damaged_checkpoint_is_passed_over_with_a_line(twice, store, told):
    def damage(record):
        Path(files.CHECKPOINT).write_bytes(store.artifact(record.run_id, files.CHECKPOINT)[:-100])
        store.save(record.run_id, [Path(files.CHECKPOINT)])

    task = Frail(6)
    twice(task, damage)
    (line,) = told()
    assert "checkpoint.npz is not loaded: it is damaged" in line
    assert task.trained == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 7]


def test_a_run_that_another_process_left_is_gone_on_from_as_soon_as_it_is_ours(
    session, store, plan, tiny, told, tmp_path, every_epoch
):
    """Whoever launches has read by then what had ended."""
    asked = plan(seeds=1, **MOMENTUM)

    def source(runs):
        other = new_recorder(asked.runs[0], tmp_path / "theirs", store, say=print)
        for event in [*events_of(tiny(**MOMENTUM))][:5]:
            other.record(event)
        other.send()
        other.let_go()  # as the end of its process does
        return Planned(runs)

    session.sweep(asked, Policy(), source)
    killed, finished = store.runs(status=Status.KILLED)[0], store.runs(status=Status.FINISHED)[0]
    assert told() == [f"36-5-3: goes on from epoch 3 of run {killed.run_id[:8]}"]
    assert digests(finished, store) == undisturbed(tiny, **MOMENTUM)
