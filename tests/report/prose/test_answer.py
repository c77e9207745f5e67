"""The first line of an answer and its details, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from nnexp.measure import DOWN, FRACTION, UP, Measure
from nnexp.report.prose.answer import tell_answer, tell_details
from nnexp.report.prose.finding import Finding, listed
from nnexp.statistics.decision import Results, decide
from nnexp.statistics.seeds import more_seeds
from tests.judging import N30, N60, N100, A, B, C

NEVER = Results([], [88.1, 87.6, 78.9])
PER_CENT = Measure("val/accuracy", FRACTION, UP)


def moved(one: Results, by: float) -> Results:
    return Results([x + by for x in one.good], [x + by for x in one.lost])


def found(settings: dict[str, Results], margin: float = 0.2, **more: Any) -> Finding:
    """Decide on results in per cent."""
    results = {
        name: Results([x / 100 for x in one.good], [x / 100 for x in one.lost]) for name, one in settings.items()
    }
    decision = decide(results, resolution=0.0001)
    seeds = more_seeds(results, decision, margin / 100)
    return Finding(decision, results, margin / 100, PER_CENT, seeds, **{"lost": "digit", **more})


def answer(settings: dict[str, Results], margin: float = 0.2, **more: Any) -> str:
    return tell_answer(found(settings, margin, **more))


def details(settings: dict[str, Results], margin: float = 0.2, **more: Any) -> list[str]:
    return [*tell_details(found(settings, margin, **more))]


def test_one_is_left():
    settings = {"scaled 100": A, **{name: moved(B, -i / 10) for i, name in enumerate("BCDEF")}}
    assert answer(settings) == (
        "scaled 100 is the best: 97.85 %, 0.61 points [0.40, 0.77] ahead of the next; "
        "the other 5 are ruled out (5 seeds, 5 % error for all of it)."
    )


def test_one_of_two_is_left():
    assert answer({"A": A, "B": B}).endswith("ahead of the next; B is ruled out (5 seeds, 5 % error for all of it).")


def test_several_are_left_and_the_leader_lies_within_the_margin():
    assert answer({"100": A, "60": C, "30": B}) == (
        "100 or 60: nothing else may be best; 100 is at most 0.12 points from the best, so take it."
    )
    assert answer({"100": A, "60": C}) == (
        "100 or 60: none is ruled out; 100 is at most 0.10 points from the best, so take it."
    )


def test_several_are_left():
    settings = {"A": A, "B": moved(A, -0.6), "C": C, "D": moved(C, 0.02), "E": moved(B, -1), "F": moved(B, -2)}
    assert answer(settings, 0.02, remedy="`--until-decided`") == (
        "3 of 6 may be best: A, D, C; B, E and F are ruled out (0.60 points behind or more). "
        "More than 100 seeds would be needed to settle it."
    )
    settings["C"] = settings["D"] = moved(C, -0.05)
    assert answer(settings, 0.02, remedy="`--until-decided`").endswith(
        "About 29 more seeds of these 3 would settle it: `--until-decided`."
    )


def test_who_is_ruled_out_by_little_is_in_practice_as_good():
    settings = {"A": Results([97.80, 97.81, 97.79, 97.80, 97.80]), "B": Results([97.70, 97.69, 97.71, 97.70, 97.70])}
    assert answer(settings).startswith("A is the best")
    assert details(settings) == ["B is worse, but by at most 0.11 points: in practice as good."]


def test_who_is_ruled_out_by_its_mean_is_not_as_good_for_its_level():
    low = Results([20.0, 20.1, 19.9, 20.0, 20.0])
    settings = {"A": low, "D": Results([], [85.0, 85.1, 84.9, 85.0, 85.0])}
    assert answer(settings) == "D is best on average, but lost a digit in all 5 runs (48 % to 100 % of all). " + (
        "A is ruled out (5 seeds, 5 % error for all of it)."
    )
    assert details(settings) == []


def test_none_is_ruled_out():
    spread = Results([97.9, 97.7, 97.5])
    assert answer({"A": spread, "B": moved(spread, -0.05), "C": moved(spread, 0.05)}, 0.01) == (
        "No setting is ruled out: with 3 seeds a gap below 0.64 points cannot be seen. "
        "More than 100 seeds would be needed to settle it."
    )


def test_the_losers_of_a_winner_fail():
    assert answer({"scaled 100": A, "normal 100": N100}) == (
        "scaled 100 is best: 97.85 %, and lost no digit in 5 runs (5 clean runs leave up to 45 % possible). "
        "normal 100 is 0.90 points behind even in the runs that lost no digit, and lost a digit in 3 of 5 runs."
    )
    assert answer({"A": A, "B": N100, "C": N30}).endswith(
        "The other 2 are ruled out (5 seeds, 5 % error for all of it)."
    )
    alike = Results([97.85, 97.8, 97.9, 97.84], [88, 89, 87, 86, 88.5, 89])
    assert answer({"A": Results([*A.good, *A.good]), "B": alike}).endswith(
        "B is as good in the runs that lost no digit, but lost a digit in 6 of 10 runs."
    )


def test_a_better_level_comes_with_more_loss():
    assert answer({"100": N100, "60": N60, "30": N30}) == (
        "No setting is ruled out: 100 is best in the runs that lost no digit (96.95 %; 60 is 0.65 points [0.33, 0.92] "
        "behind, 30 1.5 points [1.2, 1.8]), but lost a digit in 3 of 5 runs against 1 of 5 for 30. For one run nobody "
        "can tell; with several tries keep 100 (about 6 tries are safe, if it loses no more than here)."
    )
    near = Results([96.9, 96.8, 96.95], [87.2, 86.9])
    assert "100 is first in the runs that lost no digit" in answer({"100": N100, "60": near, "30": N30})


def test_who_loses_runs_as_often_as_the_others_has_nothing_against_its_level():
    failing = Results([97.9, 97.8, 97.7, 98.0, 97.85], [88.0, 79.0])
    settings = {"A": failing, "B": moved(failing, -1)}
    assert answer(settings).startswith(
        "No setting is ruled out: A has the best level (97.85 %), but lost a digit in 2 of 7 runs. "
    )


def test_the_best_level_of_those_left_is_not_said_to_lie_behind_itself():
    widest = Results([96.68, 96.6, 96.77], [87.1, 78.0, 86.9, 69.0, 77.5, 87.2, 86.0])
    wide = Results([96.19, 96.0, 96.35, 96.1, 96.4, 96.1], [86.0, 86.5, 87.0, 86.2])
    narrow = Results([95.1, 95.4, 94.8, 95.5, 94.7, 95.2, 95.0, 95.3, 95.4, 95.1])
    assert answer({"C": widest, "B": wide, "A": narrow}).startswith(
        "C is ruled out: B is first in the runs that lost no digit (96.19 %; A 95.15 %), but lost a digit in 4 of 10 "
        "runs against 0 of 10 for A. For one run nobody can tell; with several tries keep B"
    )


def test_one_try_is_never_called_safe():
    settings = {"A": Results([97.9, 97.8, 97.7, 98.0, 97.85] * 4, [80.0]), "B": moved(Results(A.good * 4), -0.3)}
    assert "lost a digit in 1 of 21 runs against 0 of 20 for B. " in answer(settings)
    assert answer(settings).endswith(
        "with several tries keep A (about 2 tries are safe, if it loses no more than here)."
    )


def test_loss_alone_decides():
    clean = Results([97.9, 97.8, 97.7, 98.0, 97.85] * 2)
    failing = Results([97.88, 97.8, 97.9, 97.84, 97.8, 97.9], [97.0, 97.1, 97.2, 97.1, 97.0, 97.2])
    assert answer({"A": clean, "B": failing}, 0.3).startswith("A is best")  # by its mean
    failing = Results([97.86, 97.8, 97.85, 97.84, 97.8, 97.87], [70.0, 96.1, 96.2, 96.1, 96.0, 96.2])
    assert answer({"A": clean, "B": failing}) == (
        "A and B are level (within 0.2), but B lost a digit in 6 of 12 runs, A in none (p = 0.0049): take A."
    )


def test_a_leader_that_loses_runs_rules_nobody_out():
    failing = Results([97.91, 97.85, 97.9, 97.89, 97.85], [70.0, 97.0])
    assert answer({"A": A, "B": failing}).startswith(
        "No setting is ruled out: B has the best level (97.88 %), but lost a digit in 2 of 7 runs; "
        "A is at most 0.15 points behind, and lost no digit in 5 runs. "
    )
    assert answer({"A": Results(A.good[:3]), "B": Results([97.5, 97.6], [80.0])}).startswith(
        "No setting is ruled out: where runs are lost, a level counts from 5 runs on, none of them lost. "
    )
    assert answer({"A": A, "B": Results([97.8, 97.9, 97.6, 97.7], [97.0])}, 0.05).startswith(
        "No setting is ruled out: with 5 seeds a gap below 0.26 points cannot be seen. "
    )


def test_a_setting_that_never_worked_is_no_rival():
    told = (
        "D lost a digit in all 3 runs; its level is unknown and it is not counted among the rivals; "
        "2 more seeds would tell."
    )
    assert answer({"A": Results([97.9, 97.8, 97.7]), "D": NEVER}) == f"A or D may be best. {told}"
    assert details({"A": Results([97.9, 97.8, 97.7]), "D": NEVER}) == []
    assert details({"A": A, "C": C, "D": NEVER}) == [told]
    assert answer({"A": Results([97.9, 97.8, 97.7]), "C": Results([80.0, 80.1, 80.2]), "D": NEVER}) == (
        f"A or D may be best; C is ruled out (3 seeds, 5 % error for all of it). {told}"
    )


def test_of_a_setting_that_never_worked_and_is_ruled_out_no_more_is_asked():
    never = Results([], [9.9, 9.7, 9.2])
    assert "D" not in answer({"A": A, "C": C, "D": never}, 0.3).partition(":")[0]
    assert details({"A": A, "C": C, "D": never}) == []


def test_a_setting_that_never_worked_and_is_ruled_out_needs_no_more_seeds():
    settings = {"A": A, "D": Results([], [88.1, 88.0, 88.2])}
    assert answer(settings).endswith(" D lost a digit in all 3 runs.")
    assert details(settings) == []


def test_one_or_two_seeds_are_few():
    assert answer({"A": Results([97.0]), "B": Results([91.0])}) == (
        "One seed shows nothing of chance; run at least 3 (5 where runs are lost)."
    )
    assert answer({"A": Results([97.0, 97.1]), "B": Results([91.0, 91.1])}).endswith(
        "Two seeds show little of chance; run at least 3."
    )


def test_one_setting_is_nothing_to_compare():
    assert answer({"A": A}) == "Nothing to compare: A is the only setting."


def test_where_no_level_can_be_told_lost_runs_are_counted_like_any_other():
    assert details({"A": Results([97.9], [88.0, 89.0]), "D": NEVER}) == [
        "No setting has two runs that were not lost, so lost runs were counted like any other."
    ]


def test_where_nobody_says_what_a_run_loses_the_run_is_lost():
    assert answer({"A": A, "B": N100}, lost="").endswith(
        "lost none of 5 runs (5 clean runs leave up to 45 % possible). "
        "B is 0.90 points behind even in the runs that were not lost, and lost 3 of 5 runs."
    )


def test_a_measure_of_which_less_is_better_is_told_as_it_is():
    results = {"A": Results([-0.31, -0.32, -0.3]), "B": Results([-0.52, -0.5, -0.51])}
    told = Finding(decide(results, resolution=0.01), results, 0.02, Measure("loss", "nats", DOWN), 0)
    assert tell_answer(told).startswith("A is the best: 0.31 nats, 0.2 [0.177, 0.217] ahead of the next")
    results["A"] = Results([-0.0, -0.0, -0.0])
    told = Finding(decide(results, resolution=0.01), results, 0.02, Measure("loss", "nats", DOWN), 0)
    assert tell_answer(told).startswith("A is the best: 0 nats, ")


@pytest.mark.parametrize(
    ("names", "text"), [("A", "A"), ("AB", "A and B"), ("ABC", "A, B and C"), ("ABCDEFGH", "A, B, C, D, E and 3 more")]
)
def test_names_are_listed(names, text):
    assert listed([*names]) == text


def test_of_many_that_may_be_best_and_of_many_without_a_level_some_are_named():
    alike = {f"s{n}": moved(C, n / 1000) for n in range(8)}
    assert answer({**alike, "F": moved(B, -2)}, 0.02).startswith(
        "8 of 9 may be best: s7, s6, s5, s4, s3 and 3 more; F is "
    )
    unknown = {f"u{n}": NEVER for n in range(4)}
    [told] = [line for line in details({"A": A, "C": C, **unknown}, 0.02) if "unknown" in line]
    assert told.startswith("The levels of u0, u1, u2 and u3 are unknown: ")
