"""Searches above an executor that is told what each point reaches."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pytest

from nnexp.comparison.look import look_at
from nnexp.comparison.searched import searched
from nnexp.errors import ConfigError
from nnexp.search.space import Choice, Interval, Steps
from nnexp.search.terms import SAMPLERS, Terms
from nnexp.search.trial import State, read_trials
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.search.search import Search
from nnexp.sweep.session import Session
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Status, Tag
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Started
from nnexp.training.spec import RunSpec, make_spec

EPOCHS = 6
SPACE = {"eta": Interval(0.01, 10.0, log=True), "hidden": Steps(3, 9, 2), "init": Choice(("normal", "scaled"))}
FINITE = {"hidden": Steps(3, 9, 2), "init": Choice(("normal", "scaled"))}
ACCURACY = NETWORK.measures[0]


class Gone(BaseException):
    """The launcher is no more."""


def level(run: RunSpec) -> float:
    """What a point reaches: the best are near eta=1, hidden=7, scaled."""
    config = run.config
    hidden = config.hidden[0] if isinstance(config.hidden, tuple) else config.hidden
    far = abs(np.log10(config.eta)) + abs(hidden - 7) / 10 + 0.3 * (config.init == "normal")
    return 0.95 - 0.2 * far


def curve(run: RunSpec, noise: float) -> list[float]:
    """What it reaches in each epoch."""
    chance = np.random.default_rng(run.config.seed).normal() * noise
    return [level(run) * (1 - 0.5**epoch) + chance for epoch in range(1, EPOCHS + 1)]


@dataclass
class Told:
    """Lets runs say what they reach, an event at a time, in an order drawn at random; the launcher may be gone then."""

    slots: int = 1
    starting_s: float = 0.0
    order: int = 0
    noise: float = 0.0
    gone_after: int | None = None  # so many events
    failing: Callable[[RunSpec], bool] = lambda run: False
    running: dict[int, Iterator[Event]] = field(default_factory=dict)
    stopping: dict[int, Ending] = field(default_factory=dict)
    trained: list[RunSpec] = field(default_factory=list)
    epochs: int = 0
    said: int = 0

    def __post_init__(self) -> None:
        self.draw = random.Random(self.order)

    def __call__(self, slots: int) -> "Told":
        return self

    def start(self, run: RunSpec) -> None:
        self.trained.append(run)
        self.running[run.number] = self._events(run)

    def _events(self, run: RunSpec) -> Iterator[Event]:
        yield Started({})
        for number, value in enumerate(curve(run, self.noise), 1):
            if self.failing(run) and number == 3:
                yield Failed("boom", "trace")
                return
            yield Epoch(number, {ACCURACY.name: value, "time/total_s": 0.1}, "d" * 64)
            self.epochs += 1
        yield Finished({}, {"lost": "nothing"})

    def wait(self, seconds: float) -> list[tuple[int, Event]]:
        if not self.running:
            return []
        number = self.draw.choice(sorted(self.running))
        event = self.stopping.pop(number, None) or next(self.running[number])
        if isinstance(event, Ending):
            del self.running[number]
        self.said += 1
        if self.said == self.gone_after:
            raise Gone
        return [(number, event)]

    def stop(self, number: int, ending: Ending) -> None:
        self.stopping.setdefault(number, ending)

    def kill(self, number: int, ending: Ending) -> None:
        self.stopping[number] = ending

    def close(self) -> None:
        self.running.clear()
        self.stopping.clear()


@pytest.fixture
def search(tiny, tmp_path):
    """Make a search; `terms` are as they would be typed."""

    def make(space=SPACE, **terms: object) -> Plan:
        found = Terms(**{"n_trials": 8, **terms})

        def make_runs(point, seeds, first):
            flat = {name: {"init": value}.get(name) or float(value) for name, value in point.items()}
            flat |= {"hidden": int(flat["hidden"])} if "hidden" in flat else {}
            runs = []
            for number, seed in enumerate(seeds, first):
                config = replace(tiny(epochs=EPOCHS), seed=seed, **flat)
                runs.append(make_spec(NETWORK, config, point, number=number, folder=tmp_path / "out" / str(number)))
            return tuple(runs)

        key = f"{hash((str(space), str(sorted((k, v) for k, v in terms.items() if k not in ('n_trials', 'confirm')))))}"
        names = Search(key, space, found, ACCURACY.final, EPOCHS, make_runs)
        return Plan("search", (), (*space, "seed"), search=names)

    return make


def go(store, plan, executor, **policy):
    session = Session(store, NETWORK, judge=partial(look_at, store), executor=executor)
    return session.sweep(plan, Policy(jobs=executor.slots, **policy))


def go_on(store, plan, gone, **of):
    """Launch until it comes to its end, killed after each of some numbers of events; give all that was trained."""
    trained = []
    for order, after in enumerate([*gone, None]):
        told = Told(gone_after=after, order=order, **of)
        try:
            go(store, plan(), told)
        except Gone:
            abandon(store)
        trained += told.trained
    return trained


def abandon(store):
    """Do what the next command does: nobody looks after what a launcher left."""
    for run in store.runs(None, status=Status.RUNNING):
        store.end(run.run_id, Status.KILLED, 1)
        store.claims.let_go(run.tags.get(Tag.UID, ""))
    store.claims._held.clear()


def points(store):
    (sweep,) = store.runs(Kind.SWEEP)
    return [trial.point for trial in read_trials(sweep.tags)]


def finished(store):
    return [run.key for run in store.runs(status=Status.FINISHED)]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_with_one_worker_the_same_search_gives_the_same_points_however_often_it_is_killed(sampler, search):
    space = FINITE if sampler == "grid" else SPACE
    plan = partial(search, space, sampler=sampler, replicates=2)
    calm, harsh = MemoryStore(), MemoryStore()
    go(calm, plan(), Told())
    go_on(harsh, plan, [1, 5, 9, 23, 40])
    assert points(harsh) == points(calm)
    assert len(points(calm)) == 8
    assert sorted(finished(harsh)) == sorted(finished(calm))
    assert max(Counter(finished(harsh)).values()) == 1


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("pruner", ["none", "median", "hyperband", "seeds"])
def test_with_several_workers_there_are_as_many_points_as_wanted_and_nothing_is_trained_twice(order, pruner, search):
    draw = random.Random(order)
    store = MemoryStore()
    plan = partial(search, replicates=4, pruner=pruner, n_trials=7, confirm=2)
    go_on(store, plan, [draw.randrange(1, 60) for _ in range(5)], slots=3, noise=0.02)
    assert len(points(store)) == 7
    assert max(Counter(finished(store)).values()) == 1
    assert [sweep.status for sweep in store.runs(Kind.SWEEP)] == [Status.FINISHED]
    told = Told()
    go(store, plan(), told)
    assert told.trained == []


def test_what_is_no_result_is_not_counted_and_saves_epochs(search):
    store, told = MemoryStore(), Told()
    go(store, search(n_trials=30, pruner="median"), told)
    trials = read_trials(store.runs(Kind.SWEEP)[0].tags)
    pruned = [trial for trial in trials if trial.state is State.PRUNED]
    assert len(pruned) > 5
    assert told.epochs < 0.8 * 30 * EPOCHS
    assert sum(run.fate == "PRUNED" for run in store.runs()) == len(pruned)
    assert max(t.value or 0 for t in trials if t.state is State.COMPLETE) > 0.9


def test_a_pruned_point_is_asked_for_no_more_and_stays_pruned(search):
    store = MemoryStore()
    go(store, search(n_trials=12, pruner="median"), Told())
    before = dict(store.runs(Kind.SWEEP)[0].tags)
    told = Told()
    go(store, search(n_trials=12, pruner="median"), told)
    assert told.trained == []
    after = store.runs(Kind.SWEEP)[0].tags
    assert {name: after[name] for name in before if name.startswith("nnexp.trial.")} == {
        name: text for name, text in before.items() if name.startswith("nnexp.trial.")
    }


def test_more_points_go_on_where_it_stood(search):
    store, once = MemoryStore(), MemoryStore()
    for wanted in (3, 9):
        go(store, search(n_trials=wanted), Told())
    go(once, search(n_trials=9), Told())
    assert points(store) == points(once)


def test_a_point_that_comes_again_is_not_trained_again(search):
    store, told = MemoryStore(), Told()
    go(store, search({"init": Choice(("normal", "scaled"))}, n_trials=6, sampler="random"), told)
    assert len(points(store)) == 6
    assert len(told.trained) == 2


def test_a_finished_run_of_another_sweep_is_reused(search, plan):
    store, told = MemoryStore(), Told()
    go(store, search({"init": Choice(("normal", "scaled"))}, sampler="grid"), Told())
    go(store, search({"init": Choice(("normal", "scaled"))}, sampler="random", n_trials=4), told)
    assert told.trained == []
    assert all(len(sweep.tags) for sweep in store.runs(Kind.SWEEP))
    member = [tag for run in store.runs() for tag in run.tags if tag.startswith("nnexp.sweep.")]
    assert len(member) == 4


def test_a_point_that_fails_is_learnt_from_and_not_tried_again(search):
    store = MemoryStore()
    failing = Told(failing=lambda run: run.config.init == "normal")
    swept = go(store, search(n_trials=20), failing)
    assert swept.outcome.failures
    trials = read_trials(store.runs(Kind.SWEEP)[0].tags)
    states = Counter((trial.point["init"], trial.state) for trial in trials)
    assert states["scaled", State.COMPLETE] > states["normal", State.FAILED] > 0
    again = Told()
    go(store, search(n_trials=20), again)
    assert again.trained == []


def test_the_best_is_confirmed_on_seeds_that_no_point_was_tried_with(search):
    store, told = MemoryStore(), Told(noise=0.05)
    plan = search(n_trials=10, replicates=2, confirm=5)
    swept = go(store, plan, told)
    found = searched(store.runs(Kind.SWEEP)[0], store.runs(), store)
    assert found.best.point == max(found.trials, key=lambda trial: trial.value).point
    fresh = told.trained[-5:]
    assert {run.config.seed for run in fresh} == {2, 3, 4, 5, 6}
    assert found.fresh == [store_value(store, run) for run in reversed(fresh)]
    assert found.worth.estimate == pytest.approx(np.mean([curve(run, 0.05)[-1] for run in fresh]))
    assert swept.outcome.failures == []


def store_value(store, spec):
    return next(run.metrics[ACCURACY.final.name] for run in store.runs() if run.key == spec.key)


class TestSeeds:
    """Pruning that is fair to seeds."""

    def test_a_setting_that_loses_is_closed_at_the_first_look(self, search):
        store, told = MemoryStore(), Told(noise=0.002)
        go(
            store,
            search({"init": Choice(("scaled", "normal"))}, sampler="grid", n_trials=2, replicates=12, pruner="seeds"),
            told,
        )
        of = Counter(run.config.init for run in told.trained)
        assert of == {"normal": 3, "scaled": 12}

    def test_one_unlucky_run_closes_no_setting(self, search, monkeypatch):
        """The better one begins with a run that is far below all of the other's."""
        monkeypatch.setattr(
            "tests.sweep.search.test_searching.curve",
            lambda run, noise: [unlucky(run)] * EPOCHS,
        )
        store, told = MemoryStore(), Told()
        space = {"init": Choice(("normal", "scaled"))}
        go(store, search(space, sampler="grid", n_trials=2, replicates=12, pruner="seeds"), told)
        assert Counter(run.config.init for run in told.trained)["scaled"] == 12


def unlucky(run: RunSpec) -> float:
    chance = 0.001 * np.random.default_rng(run.config.seed).normal()
    return (
        0.9
        + chance
        + (0.01 if run.config.init == "scaled" else 0)
        - 0.3 * (run.config.init == "scaled" and run.config.seed == 0)
    )


def test_a_search_takes_no_seeds_until_it_is_decided(search):
    with pytest.raises(ConfigError, match="a search has replicates"):
        go(MemoryStore(), search(), Told(), until_decided=True)


def test_a_dry_run_writes_nothing(search):
    store, told = MemoryStore(), Told()
    go(store, search(), told, dry_run=True)
    assert (store.runs(None), told.trained) == ([], [])


def test_what_the_store_says_of_points_is_data(search):
    store = MemoryStore()
    go(store, search(n_trials=4), Told())
    (sweep,) = store.runs(Kind.SWEEP)
    for text in ("", "{", "[]", '{"point": 3, "after": []}', '{"point": {}, "after": [9]}', '{"point": {"eta": "x"}}'):
        store.log(sweep.run_id, tags={"nnexp.trial.0002": text})
        told = Told()
        go(store, search(n_trials=4), told)
        assert told.trained == []
        assert len(points(store)) == 4
