"""The decision on worked values, whatever the order, and how its parts keep to their ranges."""

from __future__ import annotations

import random
from math import isnan

import pytest
from scipy import stats

from nnexp.statistics.decision import Decision, Reason, Results, decide
from nnexp.statistics.interval import Interval
from nnexp.statistics.loss import Loss, boschloo, fisher, loses_more, loss_interval
from nnexp.statistics.seeds import more_seeds, seeds_needed, visible_gap
from tests.judging import N30, N60, N100, A, B, C, clopper_pearson, random_sweep

ABC = {"A": A, "B": B, "C": C}


def decided(alpha: float = 0.05, **settings: Results) -> Decision:
    return decide(settings, resolution=0.01, alpha=alpha)


def bounds(one: Interval) -> list[float]:
    return [round(x, 3) for x in (one.estimate, one.low, one.high)]


@pytest.mark.parametrize(
    ("alpha", "a", "b", "c"),
    [
        (0.05, [0, 0, 0.122], [0.61, 0.432, 0.75], [0.05, 0, 0.222]),
        (0.05 / 3, [0, 0, 0.17], [0.61, 0.394, 0.788], [0.05, 0, 0.27]),
    ],
)
def test_three_settings_that_lose_no_run(alpha, a, b, c):
    found = decided(alpha, A=A, B=B, C=C)
    assert [bounds(found.standings[name].behind) for name in "ABC"] == [a, b, c]
    assert (found.may_be_best, found.ruled_out) == (["A", "C"], ["B"])
    assert (found.standings["B"].reason, found.standings["B"].rival) == (Reason.LEVEL, "A")
    assert found.is_within("A", 0.2)
    assert found.is_decided(0.2)
    assert not found.is_decided(0.1)


def test_a_winner_whose_rivals_lose_runs():
    found = decided(A=A, normal100=N100, normal30=N30)
    assert found.may_be_best == ["A"]
    assert bounds(found.standings["normal100"].behind) == [0.9, 0.625, 1.14]
    assert bounds(found.standings["normal30"].behind) == [2.4, 2.153, 2.616]
    assert bounds(found.lead) == [0.9, 0.625, 1.14]


def test_a_level_that_comes_with_lost_runs_rules_nobody_out():
    found = decided(n100=N100, n60=N60, n30=N30)
    assert found.may_be_best == ["n100", "n60", "n30"]
    assert found.ruled_out == []
    assert found.standings["n30"].behind.low > 1
    assert not found.is_decided(0.2)


def test_a_setting_that_never_worked_is_no_rival_and_stays():
    found = decided(A=Results([97.9, 97.8, 97.7]), D=Results([], [88.1, 87.6, 78.9]))
    assert found.may_be_best == ["A", "D"]
    assert isnan(found.standings["D"].level)
    assert isnan(found.standings["D"].behind.high)
    assert found.standings["A"].behind == Interval(0.0, 0.0, 0.0)
    assert not found.as_they_are


def test_without_two_good_runs_of_any_setting_lost_ones_are_counted_like_any_other():
    found = decided(A=Results([97.9], [88.0, 89.0]), D=Results([], [48.1, 47.6, 48.9]))
    assert found.as_they_are
    assert found.may_be_best == ["A"]
    assert found.standings["A"].level == pytest.approx(91.6333, abs=1e-4)


def test_one_run_each_says_nothing():
    settings = {"A": Results([99.0]), "B": Results([99.0])}
    found = decide(settings, resolution=0.01)
    assert found.may_be_best == ["A", "B"]
    assert isnan(found.standings["B"].behind.high)
    assert more_seeds(settings, found, 0.2) == 2


def test_who_is_left_by_its_mean_may_lie_behind_in_level():
    found = decided(A=Results([96.9, 97.0, 97.1] * 7), B=Results([97.5, 97.6], [80.0] * 18))
    assert found.may_be_best == ["A"]
    assert bounds(found.lead) == [-0.55, -0.696, -0.412]
    unknown = decided(A=Results([20.0, 20.1, 19.9, 20.0, 20.0]), D=Results([], [85.0, 85.1, 84.9, 85.0, 85.0]))
    assert unknown.may_be_best == ["D"]
    assert isnan(unknown.lead.low)


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_numbers_of_any_size_are_decided_alike(scale):
    found = decide({name: Results([x * scale for x in one.good]) for name, one in ABC.items()}, resolution=0.01 * scale)
    assert found.may_be_best == ["A", "C"]
    assert found.standings["B"].behind.high / scale == pytest.approx(0.75, abs=1e-3)


@pytest.mark.parametrize("part", range(5))
def test_the_order_of_settings_changes_nothing_and_no_number_leaves_its_range(part):
    rng = random.Random(f"order {part}")
    for _ in range(60):
        settings = {name: Results(good, lost) for name, (good, lost) in random_sweep(rng).items()}
        found = decide(settings, resolution=0.01)
        turned = decide(dict(rng.sample([*settings.items()], len(settings))), resolution=0.01)
        assert found.may_be_best == turned.may_be_best != []
        assert {*found.may_be_best} | {*found.ruled_out} == {*settings}
        for name, one in found.standings.items():
            other = turned.standings[name]
            assert (one.reason, one.rival) == (other.reason, other.rival)
            assert (one.behind.high, one.behind.low) == pytest.approx(
                (other.behind.high, other.behind.low), nan_ok=True
            )
            assert one.rival in settings if one.reason else one.rival is None
            assert isnan(one.behind.high) or 0 <= one.behind.low <= one.behind.estimate + 1e-9 <= one.behind.high + 2e-9
            assert isnan(found.lead.low) or found.lead.low <= found.lead.estimate <= found.lead.high
            low, high = Loss(one.lost, one.runs).interval
            assert 0 <= low <= one.lost / one.runs <= high <= 1
        more = more_seeds(settings, found, 0.2)
        assert more is None or 1 <= more <= 100


class TestLoss:
    @pytest.mark.parametrize(
        ("a", "m", "b", "n", "p"), [(3, 3, 0, 3, 0.015625), (3, 5, 0, 5, 0.030924), (5, 5, 0, 5, 0.000977)]
    )
    def test_worked_values(self, a, m, b, n, p):
        assert boschloo(a, m, b, n) == pytest.approx(p, abs=1e-6)

    @pytest.mark.parametrize(
        ("a", "m", "b", "n"), [(1, 3, 0, 5), (4, 10, 1, 7), (2, 20, 2, 8), (0, 4, 3, 4), (9, 20, 1, 20)]
    )
    def test_the_exact_tests_are_those_of_scipy(self, a, m, b, n):
        table = [[a, b], [m - a, n - b]]
        assert boschloo(a, m, b, n) == pytest.approx(stats.boschloo_exact(table, "greater", n=256).pvalue, rel=1e-4)
        assert fisher(a, m, b, n) == pytest.approx(stats.fisher_exact(table, "greater").pvalue, rel=1e-9)

    def test_many_runs_need_little_memory(self):
        table = [[600, 500], [49_400, 49_500]]
        assert boschloo(600, 50_000, 500, 50_000) == pytest.approx(
            stats.fisher_exact(table, "greater").pvalue, rel=1e-6
        )

    @pytest.mark.parametrize(("count", "runs"), [(0, 1), (0, 5), (1, 1), (3, 5), (5, 5), (7, 40)])
    def test_intervals_are_those_of_scipy(self, count, runs):
        assert loss_interval(count, runs) == pytest.approx(clopper_pearson(count, runs), abs=1e-12)

    def test_losing_more_than_the_best_of_several_is_corrected_for_all_of_them(self):
        losses = {"A": Loss(3, 3), "B": Loss(0, 3)}
        assert loses_more(losses, "A") == pytest.approx(1 / 64)
        assert loses_more(losses | {"C": Loss(0, 3)}, "A") == pytest.approx(2 / 84)  # Fisher's, 3 of 3 against 0 of 6
        assert loses_more(losses, "B") == 1.0
        assert loses_more({"A": Loss(1, 2)}, "A") == 1.0

    def test_the_best_of_the_others_is_the_one_against_which_the_test_says_most(self):
        others = {"B": Loss(0, 3), "C": Loss(1, 20), "D": Loss(3, 20), "E": Loss(0, 3)}
        each = [boschloo(12, 20, one.count, one.runs) for one in others.values()]
        expected = 2 * min(4 * min(each), fisher(12, 20, 4, 46))
        assert loses_more({"A": Loss(12, 20), **others}, "A") == pytest.approx(expected)

    @pytest.mark.timeout(60)
    def test_many_settings_of_many_runs_take_a_moment(self):
        losses = {f"{i}": Loss(i, 100) for i in range(100)}
        p = [loses_more(losses, name) for name in losses]
        assert p[:2] == [1.0, 1.0]
        assert p == sorted(p, reverse=True)


class TestSeeds:
    @pytest.mark.parametrize(
        ("settings", "seeds", "gap"),
        [
            (6, 3, 0.65),
            (6, 5, 0.46),
            (6, 10, 0.31),
            (6, 20, 0.21),
            (20, 3, 0.8),
            (20, 10, 0.36),
            (3, 5, 0.4),
            (2, 10, 0.24),
        ],
    )
    def test_the_gap_that_is_seen_is_the_simulated_one(self, settings, seeds, gap):
        assert visible_gap(2 * 0.2**2, seeds, settings, 0.05 / (settings - 1)) == pytest.approx(gap, rel=0.08)

    def test_more_seeds_are_asked_for_the_smaller_the_gap(self):
        needed = [seeds_needed(gap, 0.08, 0.0, 6, 0.01) for gap in (1.0, 0.5, 0.31, 0.01)]
        assert needed == [3, 5, 11, None]

    def test_equal_settings_are_soon_shown_to_lie_within_the_margin(self):
        assert seeds_needed(0.0, 0.08, 0.2, 2, 0.05) == 7


def test_where_lost_runs_are_better_than_good_ones_nothing_is_ruled_out() -> None:
    found = decide({"A": Results([2.0, 2.1, 1.9, 2.0, 2.0]), "B": Results([1.0] * 5, [100.0] * 20)}, resolution=0.01)
    assert found.may_be_best == ["A", "B"]
