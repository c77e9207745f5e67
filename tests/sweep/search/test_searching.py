"""Searches above an executor that is told what each point reaches."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pytest

from nnexp.comparison.look import look_at
from nnexp.comparison.searched import searched
from nnexp.errors import BusyError, ConfigError
from nnexp.recording.examine import Holes, examine
from nnexp.recording.repair import repair
from nnexp.search.space import Choice, Interval, Steps
from nnexp.search.terms import SAMPLERS, Terms
from nnexp.search.trial import State, read_trials
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.search.remember import recall
from nnexp.sweep.search.search import Search
from nnexp.sweep.search.searching import Searching
from nnexp.sweep.session import Session
from nnexp.sweep.watcher import Nobody
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
            flat |= {name: int(flat[name]) for name in ("hidden", "seed") if name in flat}
            runs = []
            for number, seed in enumerate(seeds, first):
                config = replace(tiny(epochs=EPOCHS), **{"seed": seed, **flat})
                runs.append(make_spec(NETWORK, config, point, number=number, folder=tmp_path / "out" / str(number)))
            return tuple(runs)

        deciding = {name: value for name, value in terms.items() if name not in ("n_trials", "confirm")}
        key = hashlib.sha256(f"{space} {sorted(deciding.items())}".encode()).hexdigest()
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


def test_a_run_that_was_to_be_tried_again_is_tried_by_the_next_launch(search):
    """Its launcher was killed after the first try had failed."""
    store = MemoryStore()
    with pytest.raises(Gone):
        go(store, search(n_trials=2), Told(failing=lambda run: True, gone_after=5), retries=1)
    abandon(store)
    assert [run.status for run in store.runs()] == [Status.KILLED, Status.FAILED]
    swept = go(store, search(n_trials=2), Told())
    assert len(swept.outcome.finished) == 2
    assert [trial.state for trial in read_trials(store.runs(Kind.SWEEP)[0].tags)] == [State.COMPLETE] * 2


def test_what_another_process_does_between_the_look_and_the_launch_is_not_undone(search):
    class Slow(Nobody):
        """Looks at what is to do for so long that another process has done it."""

        def surveyed(self, survey):
            go(store, search(n_trials=3), Told())

    store, told = MemoryStore(), Told()
    session = Session(store, NETWORK, Slow(), executor=told)
    with pytest.raises(BusyError, match=r"^another process has just gone on with this search; the same command again"):
        session.sweep(search(n_trials=3), Policy(jobs=1))
    assert told.trained == []
    assert [sweep.status for sweep in store.runs(Kind.SWEEP)] == [Status.FINISHED]


def test_pruning_saves_no_epochs_of_what_has_not_been_tried_or_came_again(search):
    store = MemoryStore()
    with pytest.raises(Gone):
        go(store, search(n_trials=9), Told(gone_after=12))
    abandon(store)
    found = found_in(store)
    assert (found.epochs, found.epochs_of_all) == (EPOCHS, EPOCHS)
    store = MemoryStore()
    go(store, search({"init": Choice(("normal", "scaled"))}, n_trials=6, sampler="random"), Told())
    found = found_in(store)
    assert (found.epochs, found.epochs_of_all) == (2 * EPOCHS, 2 * EPOCHS)


def test_a_grid_that_has_fewer_points_than_are_wanted_is_complete(search):
    store = MemoryStore()
    go(store, search({"init": Choice(("normal", "scaled"))}, sampler="grid", n_trials=20), Told())
    assert found_in(store).wanted == 2
    assert examine(store) == Holes([], [])


def test_where_seeds_are_searched_none_is_fresh(search):
    store = MemoryStore()
    go(store, search({"seed": Steps(0, 3, 1)}, sampler="grid", n_trials=4), Told())
    found = found_in(store)
    assert (found.fresh, found.epochs, found.epochs_of_all) == ([], 4 * EPOCHS, 4 * EPOCHS)


def found_in(store):
    return searched(store.runs(Kind.SWEEP)[0], store.runs(), store)


class TestWhatDoctorSays:
    """A search that was killed is named, with what it lacks; one that came to its end is not."""

    @pytest.mark.parametrize(
        ("gone_after", "said"),
        [
            (12, "1 of 2 points are over"),
            (17, "0 of 2 runs that confirm its best point are finished"),
            (27, "1 of 2 runs that confirm its best point are finished"),
        ],
    )
    def test_killed(self, search, gone_after, said):
        store = MemoryStore()
        with pytest.raises(Gone):
            go(store, search(n_trials=2, confirm=2), Told(gone_after=gone_after))
        abandon(store)
        (line,) = examine(store).unfinished
        (sweep,) = store.runs(Kind.SWEEP)
        told = f"sweep {sweep.run_id[:8]} (search) is not complete: {said}"
        assert line == f"{told}; the command that began it goes on where it stood"
        go(store, search(n_trials=2, confirm=2), Told())
        assert examine(store) == Holes([], [])

    def test_a_search_that_was_over_when_its_launcher_died_is_finished(self, search, tmp_path):
        store = MemoryStore()
        go(store, search(n_trials=2, confirm=2), Told())
        (sweep,) = store.runs(Kind.SWEEP)
        store.end(sweep.run_id, Status.RUNNING, 0)
        store.log(sweep.run_id, tags={Tag.OWNER: "gone 1 0"})
        repair(store, lambda line: None)
        assert [sweep.status for sweep in store.runs(Kind.SWEEP)] == [Status.FINISHED]


def test_a_point_whose_runs_have_changed_since_is_tried_again(search):
    """What a function reads besides its data is in no key."""
    store, plan = MemoryStore(), search(n_trials=3)
    go(store, plan, Told())
    results, earlier = recall(plan.search, store)
    results.changed = lambda record, run: "its file has changed" if run.number == 1 else None
    searching = Searching(plan.search, results, earlier)
    assert [trial.state for trial in searching.trials] == [State.COMPLETE, None, State.COMPLETE]
    assert (searching.next(), searching.next()) == (searching.trials[1].runs[0], None)


def test_the_best_is_confirmed_on_seeds_that_no_point_was_tried_with(search):
    store, told = MemoryStore(), Told(noise=0.05)
    plan = search(n_trials=10, replicates=2, confirm=5)
    swept = go(store, plan, told)
    found = searched(store.runs(Kind.SWEEP)[0], store.runs(), store)
    assert found.best.point == max(found.trials, key=lambda trial: trial.value).point
    fresh = told.trained[-5:]
    assert {run.config.seed for run in fresh} == {2, 3, 4, 5, 6}
    assert {run.params["seed"] for run in found.tried} == {"0", "1"}  # so that the best leads on its page too
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
    damaged = ("", "{", "[]", '{"point": 3, "after": []}', '{"point": {}, "after": [9]}', '{"point": {"eta": "x"}}')
    for text in (*damaged, '{"point": {"eta": "x"}, "after": []}'):
        store.log(sweep.run_id, tags={"nnexp.trial.0002": text})
        told = Told()
        go(store, search(n_trials=4), told)
        assert told.trained == []
        assert len(points(store)) == 4
