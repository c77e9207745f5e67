"""Who asks for points: the same ones again when it is told the same."""

from math import log10

import pytest

from nnexp.search.about import About, read_about, write_about
from nnexp.search.importances import importances
from nnexp.search.space import Choice, Interval, Steps, fits, read_space, size_of, write_space
from nnexp.search.study import Study
from nnexp.search.terms import SAMPLERS, Terms
from nnexp.search.trial import State, Trial, read_trials, write_trial

SPACE = {
    "eta": Interval(0.01, 10.0, log=True),
    "batch_size": Interval(1, 64, log=True, whole=True),
    "hidden": Steps(20, 100, 10),
    "lmbda": Steps(0.0, 1.0, 0.1),
    "init": Choice(("normal", "scaled")),
}


def worth(point):
    return -abs(log10(float(point["eta"]))) - abs(int(point["hidden"]) - 60) / 100


def study(**terms):
    return Study("a study", SPACE, Terms(**terms), minimize=False, epochs=10)


def ask(one, many, recorded=()):
    points = []
    for number in range(many):
        points.append(one.ask(recorded[number] if number < len(recorded) else None))
        one.tell(number, State.COMPLETE, worth(points[-1]))
    return points


FREE = [sampler for sampler in SAMPLERS if sampler != "grid"]


@pytest.mark.parametrize("sampler", FREE)
def test_told_the_same_it_asks_the_same(sampler):
    points = ask(study(sampler=sampler), 30)
    assert ask(study(sampler=sampler), 30, points[:17]) == points
    assert ask(study(sampler=sampler, seed=1), 30) != points


@pytest.mark.parametrize("sampler", FREE)
def test_it_takes_what_was_recorded_though_it_would_ask_for_another(sampler):
    """As with another version of Optuna."""
    points = ask(study(sampler=sampler), 12)
    points[4] = {**points[4], "eta": "0.5"}
    assert ask(study(sampler=sampler), 12, points) == points


def test_points_are_within_their_space_and_short():
    for point in ask(study(), 40):
        assert 0.01 <= float(point["eta"]) <= 10
        assert len(point["eta"]) <= 8
        assert 1 <= int(point["batch_size"]) <= 64
        assert int(point["hidden"]) in range(20, 101, 10)
        assert point["lmbda"] in {"0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0"}
        assert point["init"] in ("normal", "scaled")


def test_a_grid_is_every_point_once():
    space = {"hidden": Steps(1, 3, 1), "init": Choice(("normal", "scaled"))}
    grid = Study("grid", space, Terms(sampler="grid"), minimize=False, epochs=None)
    asked = [tuple(grid.ask().values()) for _ in range(int(size_of(space)))]
    assert asked == [(hidden, init) for hidden in "123" for init in ("normal", "scaled")]


def test_what_learns_comes_nearer_than_chance():
    reached = {sampler: max(map(worth, ask(study(sampler=sampler), 40))) for sampler in ("tpe", "random")}
    assert reached["tpe"] > reached["random"]


def test_what_mattered_is_named():
    points = ask(study(sampler="random"), 60)
    shares = importances([(point, worth(point)) for point in points], SPACE, minimize=False)
    assert next(iter(shares)) == "eta"
    assert sum(shares.values()) == pytest.approx(1)


def test_a_space_is_written_and_read():
    assert read_space(write_space(SPACE)) == SPACE
    assert [dimension.typed for dimension in SPACE.values()] == [
        "tag(log,interval(0.01,10.0))",
        "tag(log,interval(1,64))",
        "range(20,110,10)",
        "range(0.0,1.1,0.1)",
        "choice(normal,scaled)",
    ]


@pytest.mark.parametrize(
    "damage",
    [
        *({"kind": "x"}, {"kind": "interval"}, {"kind": "interval", "low": "a", "high": 1}, 3),
        *({"kind": "interval", "low": 2, "high": 1}, {"kind": "steps", "low": 1, "high": 2, "step": 0}),
    ],
)
def test_a_damaged_space_is_none(damage):
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        read_space({"eta": damage})


def test_what_a_space_holds_is_known_and_nothing_else():
    for point in ask(study(sampler="random"), 20):
        assert fits(point, SPACE)
    point = {"eta": "0.5", "batch_size": "3", "hidden": "20", "lmbda": "0.3", "init": "normal"}
    assert fits(point, SPACE)
    for name, text in (("eta", "11"), ("eta", "x"), ("batch_size", "3.5"), ("hidden", "120"), ("init", "other")):
        assert not fits({**point, name: text}, SPACE)
    assert not fits({"eta": "0.5"}, SPACE)


def test_what_is_searched_is_written_and_read():
    about = About(SPACE, Terms(n_trials=7, confirm=2), "final/val_accuracy", minimize=False, seeds=[3, 4], epochs=9)
    read = read_about(write_about(about))
    assert read == about
    assert (read.points, read.epochs_of({"epochs": "4"}), read.epochs_of({})) == (7, 4, 9)
    assert [read.is_fresh(seed) for seed in ("3", "5", "")] == [False, True, False]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"terms": {"n_trials": 0}}', '{"seeds": [1e999]}'])
def test_what_says_of_no_search_is_none(text):
    assert read_about(text) is None


def test_points_are_written_and_read_up_to_the_first_that_is_damaged():
    trials = [
        Trial(0, {"eta": "0.5"}, (), State.COMPLETE, 0.1 + 0.2),
        Trial(1, {"eta": "1.0"}, (0,), State.FAILED, None, "it burst"),
        Trial(2, {"eta": "2.0"}, (1,)),
    ]
    tags = dict(map(write_trial, trials))
    read = read_trials(tags)
    assert [(t.point, [*t.after], t.state, t.value, t.why) for t in read] == [
        ({"eta": "0.5"}, [], State.COMPLETE, 0.1 + 0.2, ""),
        ({"eta": "1.0"}, [0], State.FAILED, None, "it burst"),
        ({"eta": "2.0"}, [1], None, None, ""),
    ]
    for damage in ("", "[]", "{", '{"point": {"eta": "1"}, "after": [5]}', '{"point": {}, "after": [], "value": NaN}'):
        assert len(read_trials({**tags, "nnexp.trial.0001": damage})) == 1
    assert read_trials({"nnexp.trial.x": "{}", "nnexp.trial.00000000000000000": "{}"}) == []
