"""What follows a decision: what mattered, what choosing cost, what the best takes, and who reaches what is required."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp

import numpy as np
import pytest
from scipy import stats

from nnexp.comparison.compare import compare
from nnexp.comparison.comparison import Comparison
from nnexp.errors import ConfigError
from nnexp.measure import Measure, write_measures
from nnexp.report.prose.told import tell
from nnexp.tracking.records import Run, Tag
from tests.shelf import LARGE, SMALL, run, runs, without

LAUNCH = {Tag.OWNER: "host 1 2", Tag.PARENT: "sweep", Tag.LOST: Tag.NOTHING}
HEIGHTS = {"0.5": 0.950, "3.0": 0.968}
WIDTHS = {30: (0.0, 6.0), 60: (0.004, 9.0), 100: (0.005, 13.0)}


def setting(
    level: float, seconds: float, *, seeds: int = 5, spread: float = 0.001, chance: int = 0, **more
) -> list[Run]:
    """Make up the runs of one setting, in one launch; validation flatters by 0.2 points, more or less."""
    rng = np.random.default_rng([chance, round(1e4 * level)])
    tags = LAUNCH | more.pop("tags", {})
    made = []
    for seed in range(seeds):
        accuracy = level + spread * rng.normal()
        metrics = {"final/test_accuracy": accuracy - 0.002 + spread * rng.normal() / 2}
        took = seconds * exp(0.03 * rng.normal())
        made.append(run(accuracy, seed=seed, seconds=took, tags=tags, metrics=metrics, **more))
    return made


def grid(**more) -> list[Run]:
    return [
        one
        for eta, height in HEIGHTS.items()
        for hidden, (more_level, seconds) in WIDTHS.items()
        for one in setting(height + more_level, seconds, eta=eta, hidden=hidden, **more)
    ]


def details(comparison: Comparison, about: str) -> list[str]:
    return [sentence for sentence in tell(comparison).details if about in sentence]


def lost(records: Sequence[Run]) -> list[Run]:
    return [replace(one, tags={**one.tags, Tag.LOST: "7"}) for one in records]


class TestWhatMattered:
    def test_settings_are_told_in_shares_of_the_variation(self):
        comparison = compare(grid())
        [sentence] = details(comparison, "mattered")
        eta, hidden = (comparison.mattered.settings[name].estimate for name in ("eta", "hidden"))
        assert comparison.mattered.is_balanced
        assert sentence.startswith(f"What mattered: eta decides ({100 * eta:.0f} % of the variation), hidden adds")
        assert f"hidden adds {100 * hidden:.0f} %" in sentence
        assert 0.8 < eta < 0.99
        assert "is chance" in sentence

    @pytest.mark.parametrize("records", [grid(seeds=1), setting(0.95, 6, hidden=30) + setting(0.97, 6, hidden=60)])
    def test_of_one_seed_or_of_one_setting_nothing_is_told(self, records):
        comparison = compare(records)
        assert comparison.mattered is None
        assert details(comparison, "matter") == []

    def test_lost_runs_do_not_count_and_leave_the_grid_unbalanced(self):
        records = grid()
        comparison = compare([*lost(records[:1]), *records[1:]])
        [sentence] = details(comparison, "mattered")
        assert not comparison.mattered.is_balanced
        assert "What mattered in the runs that were not lost:" in sentence
        assert "type II" in sentence

    def test_where_nothing_differs_nothing_is_said_to_matter(self):
        flat = [
            one
            for eta in ("0.5", "3.0")
            for h in (30, 60)
            for one in setting(0.96, 6, eta=eta, hidden=h, spread=0.002, chance=int(h * float(eta)))
        ]
        [sentence] = details(compare(flat), "matter")
        assert sentence.startswith("Nothing is seen to matter: chance explains")

    def test_of_too_few_runs_nothing_is_said_to_matter_or_not(self):
        records = [run(0.95 + 0.001 * n, eta=eta, hidden=n) for eta in (0.5, 3.0) for n in (30, 60)]
        [sentence] = details(compare([*records, run(0.96, eta=0.5, hidden=30, seed=1)]), "matter")
        assert sentence == "What mattered cannot be told: these runs are too few."

    def test_chance_never_explains_more_than_all(self):
        records = [run(0.95, eta=eta, hidden=n, seed=s) for eta in (0.5, 3.0) for n in (30, 60) for s in range(3)]
        [sentence] = details(compare(records, metric="train/cost"), "matter")
        assert sentence == "Nothing is seen to matter: chance explains 100 % of the variation."


class TestPriceOfChoosing:
    def test_it_is_the_gap_of_the_chosen_setting_over_its_good_seeds(self):
        records = setting(0.95, 6, hidden=30) + setting(0.97, 6, hidden=60)
        best = [one.metrics for one in records[5:]]
        gaps = [one["final/val_accuracy"] - one["final/test_accuracy"] for one in best]
        price = compare(records).price
        low, high = stats.t.interval(0.95, 4, np.mean(gaps), stats.sem(gaps))
        assert (price.label, price.among, price.seeds) == ("hidden=60", 2, 5)
        assert price.reported.estimate == pytest.approx(np.mean([one["final/test_accuracy"] for one in best]))
        assert (price.flattery.low, price.flattery.high) == pytest.approx((low, high))
        [sentence] = details(compare(records), "flatters")
        assert sentence.startswith("hidden=60, the first of 2 by validation accuracy, has 96.")
        assert f"flatters it by {100 * np.mean(gaps):.2f} points [{100 * low:.2f}, {100 * high:.2f}]." in sentence

    def test_lost_seeds_do_not_count(self):
        records = setting(0.95, 6, hidden=30) + setting(0.99, 6, hidden=60, seeds=8)
        comparison = compare([*records[:5], *records[5:11], *lost(records[11:])])
        assert (comparison.price.seeds, comparison.price.lost) == (6, 2)
        assert "over 6 seeds that lost no digit" in details(comparison, "flatter")[0]

    def test_no_bound_leaves_the_range(self):
        records = setting(0.90, 6, hidden=30) + setting(0.985, 6, hidden=60, seeds=2, spread=0.01)
        price = compare(
            [
                replace(one, metrics={k: min(v, 1.0) if "acc" in k else v for k, v in one.metrics.items()})
                for one in records
            ]
        ).price
        assert price.label == "hidden=60"
        assert 0 <= price.reported.low <= price.reported.estimate <= price.reported.high <= 1
        assert -1 <= price.flattery.low <= price.flattery.estimate <= price.flattery.high <= 1

    @pytest.mark.parametrize(
        ("records", "metric"),
        [
            (grid(seeds=1), None),
            (grid(), "final/test_accuracy"),
            ([without(one, "final/val_accuracy") for one in grid()], None),
            ([without(one, "final/test_accuracy") for one in grid()], None),
            (runs({"hidden": 30}, SMALL) + runs({"hidden": 60}, LARGE), None),  # the gap is the same for every seed
        ],
    )
    def test_without_both_or_without_an_interval_nothing_is_told(self, records, metric):
        comparison = compare(records, metric=metric)
        assert comparison.price is None
        assert details(comparison, "flatter") == []

    def test_a_loss_is_not_set_against_an_accuracy(self):
        declared = [
            Measure("val/loss", better="down", purpose="choose"),
            Measure("test/accuracy", "fraction", "up", "report"),
        ]
        tags = {Tag.MEASURES: write_measures(declared)}
        records = [
            replace(one, metrics={**one.metrics, "final/val_loss": 1 - one.metrics["final/val_accuracy"]})
            for one in setting(0.95, 6, hidden=30, tags=tags) + setting(0.97, 6, hidden=60, tags=tags)
        ]
        comparison = compare(records)
        assert comparison.measure.name == "final/val_loss"
        assert comparison.price is None


class TestTimes:
    def test_the_best_is_set_against_the_next_that_is_cheaper(self):
        comparison = compare(
            setting(0.97, 10.2, hidden=60) + setting(0.975, 17, hidden=100) + setting(0.95, 6, hidden=30)
        )
        found = comparison.time_ratio
        assert (found.label, found.other) == ("hidden=100", "hidden=60")
        assert found.times.low < 17 / 10.2 < found.times.high
        assert f"hidden=100 takes {found.times.estimate:.1f} times [1." in details(comparison, "takes")[0]

    def test_what_may_be_best_goes_before_what_is_ruled_out(self):
        records = setting(0.97, 17, hidden=100) + setting(0.9699, 8, hidden=30) + setting(0.95, 4, hidden=10)
        assert compare(records).time_ratio.other == "hidden=30"

    def test_what_takes_the_same_is_told_only_if_it_may_be_best_too(self):
        equal = setting(0.97, 10, hidden=60) + setting(0.9699, 10, hidden=100, chance=1)
        assert "takes the same time as" in details(compare(equal), "takes")[0]
        behind = setting(0.97, 10, hidden=60) + setting(0.95, 10, hidden=100)
        assert compare(behind).time_ratio is None

    @pytest.mark.parametrize(
        "other",
        [
            {Tag.ENVIRONMENT: "elsewhere"},
            {Tag.OWNER: "host 2 3"},  # another launch
            {Tag.PARENT: "another sweep"},
            {Tag.OWNER: ""},
        ],
    )
    def test_runs_of_other_machines_or_launches_are_not_set_against_each_other(self, other):
        records = setting(0.97, 17, hidden=100) + setting(0.9699, 8, hidden=30, tags=other)
        comparison = compare(records)
        assert comparison.time_ratio is None
        assert details(comparison, "takes") == []

    @pytest.mark.parametrize("seeds", [1, 2])
    def test_of_few_runs_nothing_is_told(self, seeds):
        assert compare(setting(0.97, 17, hidden=100, seeds=seeds) + setting(0.9, 8, hidden=30)).time_ratio is None

    def test_settings_that_cannot_change_the_time_are_said_to_in_few_sweeps(self):
        told = 0
        for chance in range(60):
            etas = [setting(0.97 - eta / 1e4, 10, eta=eta, chance=chance) for eta in (1.0, 2.0, 3.0, 4.0)]
            found = compare([one for runs_of_one in etas for one in runs_of_one]).time_ratio
            told += found is not None and not found.is_same
        assert told == 0


class TestRequirement:
    RECORDS = setting(0.97, 9, hidden=60) + setting(0.975, 17, hidden=100) + setting(0.95, 6, hidden=30)

    def test_of_those_shown_to_reach_it_the_cheapest_is_told(self):
        comparison = compare(self.RECORDS, at_least=96, then="time")
        found = comparison.requirement
        assert (found.reached, found.cheapest, found.as_cheap) == (("hidden=100", "hidden=60"), "hidden=60", ())
        assert 0 < found.seconds.low < found.seconds.estimate < found.seconds.high
        [sentence] = details(comparison, "reach 96 %")
        assert sentence.startswith(
            "hidden=100 and hidden=60 are shown to reach 96 % at the least; the cheapest is hidden=60"
        )

    def test_without_a_then_no_cheapest_is_told(self):
        comparison = compare(self.RECORDS, at_least=96)
        assert details(comparison, "96") == ["hidden=100 and hidden=60 are shown to reach 96 % at the least."]

    def test_a_mean_above_it_is_not_enough(self):
        best = max(one.level.mean for one in compare(self.RECORDS).configurations)
        comparison = compare(self.RECORDS, at_least=100 * best - 0.01, then="time")
        assert comparison.requirement.reached == ()
        [sentence] = details(comparison, "No setting is shown to reach")
        assert f"most is shown of hidden=100, {100 * comparison.requirement.bounds['hidden=100']:.2f} %" in sentence

    def test_one_alone_is_told_as_such(self):
        comparison = compare(self.RECORDS, at_least=97.2, then="time")
        assert details(comparison, "Only")[0].startswith("Only hidden=100 is shown to reach 97.2 % at the least: 1")

    def test_what_loses_runs_does_not_reach_it(self):
        records = lost(setting(0.8, 9, hidden=100, seeds=1)) + setting(0.975, 9, hidden=100, seeds=6)[1:]
        comparison = compare(records + setting(0.95, 9, hidden=30), at_least=97)
        assert comparison.requirement.reached == ()
        assert comparison.requirement.in_good_runs == ("hidden=100",)
        assert "hidden=100 would, but may lose runs" in details(comparison, "No setting is shown")[0]

    def test_what_is_not_shown_to_take_longer_may_be_as_cheap(self):
        records = setting(0.97, 9, hidden=60) + setting(0.975, 9, hidden=100, chance=2) + setting(0.973, 20, hidden=200)
        found = compare(records, at_least=96, then="time").requirement
        assert {found.cheapest, *found.as_cheap} == {"hidden=60", "hidden=100"}

    def test_times_of_different_launches_decide_nothing(self):
        records = self.RECORDS[:5] + setting(0.975, 17, hidden=100, tags={Tag.OWNER: "host 2 3"})
        comparison = compare(records, at_least=96, then="time")
        assert comparison.requirement.cheapest is None
        assert "which is the cheapest cannot be told" in details(comparison, "reach 96 %")[0]

    def test_one_setting_alone_may_reach_it_too(self):
        comparison = compare(setting(0.97, 9), at_least=96)
        assert comparison.verdict is None
        assert comparison.requirement.reached == ("all runs",)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"at_least": 101}, "at_least must be from 1 to 100"),
            ({"at_least": 0.97}, r"at_least must be from 1 to 100 \(97 for 97 %\), but got 0.97"),
            ({"at_least": float("nan")}, "at_least must be from 1 to 100"),
            ({"at_least": 97, "then": "cost"}, "then must be time, but got 'cost'"),
            ({"then": "time"}, "give it too"),
        ],
    )
    def test_what_cannot_be_required_is_refused(self, given, message):
        with pytest.raises(ConfigError, match=message):
            compare(self.RECORDS, **given)

    def test_of_a_loss_it_is_required_at_the_most(self):
        tags = {Tag.MEASURES: write_measures([Measure("val/loss", better="down", purpose="choose")])}
        records = [
            replace(one, metrics={**one.metrics, "final/val_loss": 1 - one.metrics["final/val_accuracy"]})
            for one in setting(0.95, 6, hidden=30, tags=tags) + setting(0.97, 6, hidden=60, tags=tags)
        ]
        comparison = compare(records, at_least=0.04)
        assert comparison.requirement.reached == ("hidden=60",)
        assert 0.03 < comparison.requirement.bounds["hidden=60"] < 0.04
        assert details(comparison, "hidden=60 is shown to reach 0.04 at the most.")
