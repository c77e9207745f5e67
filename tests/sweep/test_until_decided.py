"""Seeds that are added only where they decide, above an executor that is told what runs reach."""

import os
import random
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest

from nnexp.comparison.compare import compare
from nnexp.comparison.look import look_at
from nnexp.comparison.verdict import RESOLUTION, WORTHWHILE
from nnexp.errors import ConfigError, TrackingError
from nnexp.report.prose.told import tell
from nnexp.report.prose.until_decided import tell_until_decided
from nnexp.statistics.decision import Results
from nnexp.statistics.looks import LOOKS, Ending, look
from nnexp.sweep.launched import Swept
from nnexp.sweep.policy import Policy
from nnexp.sweep.seeds import runs_by_setting
from nnexp.sweep.session import Session
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Status, Tag, newest_finished
from nnexp.training.events import Ending as RunEnding
from nnexp.training.events import Epoch, Event, Failed, Finished, Started
from nnexp.training.spec import RunSpec

A, B, C = "hidden=5", "hidden=6", "hidden=7"
UNTIL_DECIDED = Policy(until_decided=True)
NOISE = dict(zip((A, B, C), np.random.default_rng(3).normal(size=(3, 20)), strict=True))


class Gone(BaseException):
    """The launcher is no more."""


@dataclass
class Truth:
    """What the runs of a setting reach, in points; some seeds are lost, some fail."""

    level: float
    sd: float = 0.1
    lost: frozenset[int] = frozenset()
    failing: frozenset[int] = frozenset()

    def reached(self, name: str, seed: int) -> float:
        return (self.level + self.sd * NOISE[name][seed] - 9 * (seed in self.lost)) / 100

    def events(self, name: str, seed: int) -> Iterator[Event]:
        yield Started({})
        if seed in self.failing:
            yield Failed("boom", "trace")
            return
        yield Epoch(1, {"val/accuracy": self.reached(name, seed), "time/total_s": 0.1}, "d" * 64)
        yield Finished({}, {"lost": "2" if seed in self.lost else "nothing"})


@dataclass
class Told:
    """Ends runs as they are told, in an order drawn at random; after so many endings, something happens."""

    truths: Mapping[str, Truth]
    slots: int = 3
    order: int = 0
    after: int | None = None
    then: Callable[[], None] = lambda: None
    running: dict[int, Iterator[Event]] = field(default_factory=dict)
    stopping: dict[int, RunEnding] = field(default_factory=dict)
    ended: int = 0

    starting_s = 0.0

    def __post_init__(self) -> None:
        self.draw = random.Random(self.order)

    def __call__(self, slots: int) -> "Told":
        return self

    def start(self, run: RunSpec) -> None:
        name = f"hidden={run.params['hidden']}"
        self.running[run.number] = self.truths[name].events(name, run.config.seed)

    def wait(self, seconds: float) -> list[tuple[int, Event]]:
        if self.ended == self.after:
            self.after = None
            self.then()
        number = self.draw.choice(sorted(self.running))
        event = self.stopping.get(number) or next(self.running[number])
        if isinstance(event, RunEnding):
            del self.running[number]
            self.ended += 1
        return [(number, event)]

    def stop(self, number: int, ending: RunEnding) -> None:
        self.stopping[number] = ending

    def kill(self, number: int, ending: RunEnding) -> None:
        self.running[number] = iter([ending])

    def close(self) -> None:
        self.running.clear()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def grid(plan):
    def grid(*names: str, seeds=range(5)):
        return plan(*({"hidden": int(name.partition("=")[2]), "seed": seed} for name in names for seed in seeds))

    return grid


@pytest.fixture
def sweep(grid, store, diary):
    def sweep(truths, policy=UNTIL_DECIDED, seeds=range(5), **told) -> Swept:
        session = Session(store, NETWORK, diary, judge=partial(look_at, store), executor=Told(truths, **told))
        return session.sweep(grid(*truths, seeds=seeds), policy)

    return sweep


def asked(swept: Swept) -> dict[str, int]:
    return {name: len(runs) for name, runs in swept.survey.growing.asked.items()}


def ending(swept: Swept) -> Ending | None:
    return swept.survey.growing.last.ending


def ending_told(swept: Swept) -> str:
    until = swept.survey.growing
    return tell_until_decided(until.last, until.looks, len(until.asked), until.ended)


def found(swept: Swept, store: MemoryStore):
    """What must not depend on what happened on the way: runs, looks, answer."""
    [parent] = store.runs(Kind.SWEEP)
    runs = store.runs(tags={Tag.member(parent.tags[Tag.SWEEP]): Tag.YES})
    reached = {key: run.metrics["final/val_accuracy"] for key, run in newest_finished(runs).items()}
    said = tell(compare(list(newest_finished(runs).values()), store)).answer
    return reached, parent.tags[Tag.LOOKS], swept.survey.growing.looks, ending(swept), asked(swept), said


def test_what_is_ruled_out_is_parked_and_the_others_get_seeds(sweep, store):
    swept = sweep({A: Truth(98, 0.4), B: Truth(97.9, 0.4), C: Truth(90)})
    assert asked(swept)[C] == 3
    assert asked(swept)[A] == asked(swept)[B] > 3
    assert len(store.runs(status=Status.FINISHED)) == sum(asked(swept).values()) == len(swept.outcome.finished)


RETURNING = {A: Truth(98, lost=frozenset({4})), B: Truth(95, lost=frozenset({0, 6}))}


def test_a_parked_setting_returns_when_its_rival_loses_a_run(sweep, diary):
    swept = sweep(RETURNING)
    looks = [line for line in diary.lines if line.startswith("looked")]
    assert looks[:2] == [
        "looked at 3 seeds: 1 of 2 settings goes on to 5, 1 is parked",
        "looked at 5 seeds: 2 of 2 settings go on to 8",
    ]
    assert asked(swept)[B] >= 8


@pytest.mark.parametrize(
    ("truths", "wanted", "looks"),
    [
        ({A: Truth(98), B: Truth(95)}, Ending.ONE_LEFT, [3]),
        ({A: Truth(98), B: Truth(97.99)}, Ending.WITHIN, [3, 5]),
        ({A: Truth(98, 0.2, lost=frozenset({19})), B: Truth(97.9, 0.2)}, Ending.CAP, [3, 5, 8, 12, 20]),
        ({A: Truth(98, 2.0), B: Truth(97.9, 2.0)}, Ending.NO_HOPE, [3, 5]),
    ],
)
def test_it_ends_and_says_why(truths, wanted, looks, sweep, store):
    swept = sweep(truths)
    assert (ending(swept), swept.survey.growing.looks) == (wanted, looks)
    [parent] = store.runs(Kind.SWEEP)
    assert (parent.status, parent.tags[Tag.LOOKS]) == (Status.FINISHED, " ".join(map(str, looks)))


def test_what_matters_is_a_setting_of_the_launch(sweep):
    near = {A: Truth(98), B: Truth(97.99)}
    swept = sweep(near, Policy(until_decided=True, worthwhile=1))
    assert (ending(swept), swept.survey.growing.looks) == (Ending.WITHIN, [3])
    swept = sweep(near, Policy(until_decided=True, worthwhile=0))
    assert ending(swept) is not Ending.WITHIN


@pytest.mark.parametrize("order", range(1, 5))
def test_the_order_in_which_runs_end_changes_nothing(order, grid, store, diary):
    def result(order: int):
        its = MemoryStore()
        session = Session(
            its, NETWORK, diary, judge=partial(look_at, its), executor=Told(RETURNING, slots=order + 1, order=order)
        )
        return found(session.sweep(grid(A, B), UNTIL_DECIDED), its)

    assert result(order) == result(0)


def test_runs_that_fail_are_missing_at_their_look(sweep, store):
    swept = sweep({A: Truth(98), B: Truth(95, failing=frozenset({1}))})
    assert ending(swept) is Ending.ONE_LEFT
    assert swept.survey.growing.last.found.standings[B].runs == 2
    assert len(swept.outcome.failures) == 1
    assert store.runs(Kind.SWEEP)[0].status is Status.FAILED


def test_a_setting_of_which_every_run_fails_is_not_judged(sweep):
    swept = sweep({A: Truth(98), B: Truth(95), C: Truth(99, failing=frozenset(range(20)))})
    assert (ending(swept), asked(swept)) == (Ending.ONE_LEFT, {A: 3, B: 3, C: 3})


def test_where_no_two_settings_have_a_run_there_is_nothing_to_decide(sweep):
    swept = sweep({A: Truth(98), B: Truth(95, failing=frozenset(range(20)))})
    assert (swept.survey.growing.last, swept.survey.growing.looks, asked(swept)) == (None, [3], {A: 3, B: 3})


def test_a_run_that_fails_is_tried_again_by_the_same_command(sweep, store):
    sweep({A: Truth(98), B: Truth(95, failing=frozenset({1}))})
    again = sweep({A: Truth(98), B: Truth(95)})
    assert len(again.outcome.finished) == 1
    assert store.runs(Kind.SWEEP)[0].status is Status.FINISHED


def simulated(truths: Mapping[str, Truth]) -> tuple[dict[str, int], Ending | None]:
    """Follow the plan of looks on the same numbers, as the simulations of what it saves do."""
    seeds = dict.fromkeys(truths, LOOKS[0])
    for present in LOOKS:
        values = {name: [truths[name].reached(name, seed) for seed in range(n)] for name, n in seeds.items()}
        results = {
            name: Results(
                [x for seed, x in enumerate(reached) if seed not in truths[name].lost],
                [x for seed, x in enumerate(reached) if seed in truths[name].lost],
            )
            for name, reached in values.items()
        }
        seen = look(results, present, resolution=RESOLUTION, margin=WORTHWHILE / 100)
        seeds.update(dict.fromkeys(seen.more, seen.up_to))
        if seen.ending:
            break
    return seeds, seen.ending


@pytest.mark.parametrize("case", range(12))
def test_it_takes_the_runs_that_the_simulations_count(case, sweep):
    draw = random.Random(case)
    truths = {
        name: Truth(
            98 - draw.choice([0, 0.1, 0.3, 1]), draw.choice([0.1, 0.2]), frozenset(draw.sample(range(20), lost))
        )
        for name, lost in zip((A, B, C), draw.choices([0, 0, 3], k=3), strict=True)
    }
    swept = sweep(truths, slots=draw.randint(1, 4), order=case)
    assert (asked(swept), ending(swept)) == simulated(truths)


def gone() -> None:
    raise Gone


def test_killed_at_any_point_it_goes_on_to_the_same_runs_looks_and_answer(sweep, store, grid, diary):
    undisturbed = found(sweep(RETURNING), store)
    for after in range(1, len(undisturbed[0])):
        its = MemoryStore()
        for told in (Told(RETURNING, after=after, then=gone, order=after), Told(RETURNING)):
            session = Session(its, NETWORK, diary, judge=partial(look_at, its), executor=told)
            try:
                swept = session.sweep(grid(A, B), UNTIL_DECIDED)
            except Gone:
                assert its.runs(Kind.SWEEP)[0].status is Status.KILLED
        assert found(swept, its) == undisturbed, f"killed after {after} runs"


def test_what_is_over_is_not_begun_again(sweep):
    sweep(RETURNING)
    again = sweep(RETURNING)
    assert again.outcome.finished == []
    assert (again.survey.growing.is_over, again.survey.growing.at_most) == (True, [])


def test_ctrl_c_ends_it_in_good_order_and_it_goes_on_later(sweep, store):
    stopped = sweep(RETURNING, after=7, then=lambda: os.kill(os.getpid(), signal.SIGINT))
    assert stopped.outcome.interrupted == signal.SIGINT
    assert (store.runs(Kind.SWEEP)[0].status, store.runs(status=Status.RUNNING)) == (Status.KILLED, [])
    assert sweep(RETURNING).survey.growing.is_over


def test_ctrl_c_between_two_looks_leaves_it_unfinished(sweep, store):
    stopped = sweep({A: Truth(98), B: Truth(95)}, slots=1, after=5, then=lambda: os.kill(os.getpid(), signal.SIGINT))
    assert stopped.survey.growing.looks == []
    assert store.runs(Kind.SWEEP)[0].status is Status.KILLED
    assert f"{len(store.runs(status=Status.FINISHED))} of the 40 runs that 20 seeds each would take so far." in (
        ending_told(stopped)
    )


def test_a_budget_ends_it_before_a_look_and_says_what_is_left(sweep, store):
    policy = Policy(until_decided=True, budget="0.000001")
    swept = sweep({A: Truth(98), B: Truth(95)}, policy)
    assert (len(swept.outcome.left), swept.survey.growing.looks) == (6, [])
    assert store.runs(Kind.SWEEP)[0].status is Status.KILLED


def test_finished_runs_of_the_plain_sweep_are_reused_and_it_is_the_same_sweep(sweep, store):
    sweep(RETURNING, Policy())
    swept = sweep(RETURNING)
    assert len(store.runs(Kind.SWEEP)) == 1
    assert len(swept.outcome.finished) == sum(asked(swept).values()) - 10 > 0
    assert len(store.runs(status=Status.FINISHED)) == sum(asked(swept).values())


def test_a_dry_run_knows_the_least_and_the_most_and_leaves_nothing(sweep, store):
    survey = sweep({A: Truth(98), B: Truth(95)}, Policy(until_decided=True, dry_run=True)).survey
    assert (len(survey.ledger.to_do), len(survey.growing.at_most), store.runs(None)) == (6, 40, [])


def test_the_watcher_counts_the_runs_of_every_look(sweep, diary):
    swept = sweep(RETURNING)
    assert sum(map(len, diary.watched)) == len(swept.outcome.finished)


def test_a_store_that_is_away_at_a_look_costs_nothing(sweep, store, monkeypatch):
    log = store.log

    def away(run_id, metrics=(), tags=None):
        if tags and Tag.LOOKS in tags:
            raise TrackingError("the store is away")
        log(run_id, metrics, tags)

    with monkeypatch.context() as patched:
        patched.setattr(store, "log", away)
        assert sweep(RETURNING).survey.growing.is_over
    again = sweep(RETURNING)
    assert store.runs(Kind.SWEEP)[0].tags[Tag.LOOKS].split() == list(map(str, again.survey.growing.looks))


def test_whoever_adds_seeds_by_hand_pays_for_the_looks_and_is_told(sweep, store, grid):
    truths = {A: Truth(98, 0.4), B: Truth(97.9, 0.4)}
    sweep(truths)
    by_hand = grid(A, B, seeds=range(6))
    Session(store, NETWORK, executor=Told(truths)).sweep(by_hand, Policy())
    comparison = compare(store.runs(tags={Tag.member(by_hand.key): Tag.YES}), store)
    assert comparison.verdict.looks[:2] == (3, 5)
    assert comparison.verdict.spent == pytest.approx(0.05 / 3)
    assert any("each look, and this one, has a third of the error" in note for note in tell(comparison).notes)


def test_where_no_look_was_made_the_whole_error_is_spent(sweep, store):
    sweep({A: Truth(98), B: Truth(95)}, Policy())
    verdict = compare(store.runs(), store).verdict
    assert (verdict.looks, verdict.spent) == ((), 0.05)


class TestSeeds:
    def test_they_are_the_sweeps_own_in_their_order_and_then_the_next_whole_numbers(self, grid):
        runs = runs_by_setting(grid(A, B, seeds=(7, 3)), 5)
        assert {name: [run.config.seed for run in of_one] for name, of_one in runs.items()} == {
            A: [7, 3, 8, 9, 10],
            B: [7, 3, 8, 9, 10],
        }

    def test_a_run_is_the_one_that_a_longer_plan_would_have(self, grid):
        few, more = (runs_by_setting(grid(A, B, seeds=range(seeds)), 5) for seeds in (1, 5))
        assert [[run.key for run in runs] for runs in few.values()] == [
            [run.key for run in runs] for runs in more.values()
        ]

    def test_each_has_a_name_a_number_and_a_folder_of_its_own(self, grid):
        every = [run for runs in runs_by_setting(grid(A, B, seeds=range(2)), 20).values() for run in runs]
        for what in ("name", "number", "folder"):
            assert len({getattr(run, what) for run in every}) == 40, what

    def test_a_setting_is_called_as_the_answer_calls_it(self, plan):
        several = plan(*({"hidden": hidden, "eta": eta} for hidden in (5, 6) for eta in (1.0, 3.0)))
        assert next(iter(runs_by_setting(several, 3))) == "eta=1.0 hidden=5"

    def test_one_setting_alone_is_refused(self, plan):
        with pytest.raises(ConfigError, match="until_decided needs two settings to decide between, but tiny has 1"):
            runs_by_setting(plan(seeds=3), 20)


@pytest.mark.parametrize(
    ("truths", "line"),
    [
        ({A: Truth(98), B: Truth(95)}, "Decided after 1 look (at 3 seeds): hidden=5 alone is left; 6 of the 40 runs"),
        ({A: Truth(98), B: Truth(97.99)}, "Decided after 2 looks (at 3, 5 seeds): hidden=6 is shown as good as the"),
        ({A: Truth(98, 2.0), B: Truth(97.9, 2.0)}, "No hope after 2 looks (at 3, 5 seeds): 60 seeds would not tell"),
    ],
)
def test_the_ending_in_a_line(truths, line, sweep):
    said = ending_told(sweep(truths))
    assert said.startswith(line)
    assert said.endswith("% saved.")
