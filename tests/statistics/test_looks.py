from collections.abc import Mapping
from math import inf

import pytest

from nnexp.statistics.decision import Results
from nnexp.statistics.looks import Ending, Look, look

AROUND = [0.0, 0.1, -0.1, 0.05, -0.05] * 4  # a spread about each level


def runs(level: float, seeds: int, lost: int = 0) -> Results:
    """Give a setting's results, of which the last ones were lost."""
    values = [level + one for one in AROUND[:seeds]]
    return Results(values[: seeds - lost], [one - 9 for one in values[seeds - lost :]])


def at(seeds: int, settings: Mapping[str, Results], *, margin: float = 0.0, **of: float) -> Look:
    return look(settings, seeds, resolution=0.01, margin=margin, **of)


def test_the_undecided_get_seeds_up_to_the_next_look_and_the_others_are_parked():
    seen = at(3, {"C": runs(95, 3), "B": runs(97.9, 3), "A": runs(98, 3)})
    assert (seen.ending, seen.more, seen.up_to) == (None, ("A", "B"), 5)
    assert seen.found.ruled_out == ["C"]


def test_one_that_is_left_ends_it_at_once_where_no_run_was_lost():
    assert at(3, {"A": runs(98, 3), "B": runs(95, 3)}).ending is Ending.ONE_LEFT


def test_one_left_takes_five_clean_runs_where_runs_were_lost():
    early = at(3, {"A": runs(98, 3), "B": runs(95, 3, lost=1)})
    assert (early.ending, early.more, early.up_to) == (None, ("A",), 5)
    assert early.found.may_be_best == ["A", "B"]  # B is parked, but not yet ruled out
    assert at(5, {"A": runs(98, 5), "B": runs(95, 3, lost=1)}).ending is Ending.ONE_LEFT


def test_a_parked_setting_returns_when_its_rival_loses_a_run():
    seen = at(5, {"A": runs(98, 5, lost=1), "B": runs(95, 3, lost=1)}, patience=inf)
    assert (seen.ending, seen.more, seen.up_to) == (None, ("A", "B"), 8)


def test_ends_when_the_first_is_shown_within_the_margin():
    settings = {"A": runs(98, 8), "B": runs(97.99, 8)}
    assert at(8, settings, margin=0.2).ending is Ending.WITHIN
    assert at(8, settings, margin=0.05).ending is None


def test_the_first_is_not_within_the_margin_while_it_loses_runs():
    settings = {"A": runs(98, 8, lost=1), "B": runs(97.99, 8, lost=1)}
    assert at(8, settings, margin=0.5, patience=inf).ending is None


def test_ends_at_the_cap():
    settings = {"A": runs(98, 20), "B": runs(98, 20)}
    assert at(20, settings).ending is Ending.CAP
    assert look(settings, 20, resolution=0.01, margin=0, looks=(3, 20, 32), patience=inf).up_to == 32


def test_ends_without_hope_when_no_two_would_be_told_apart_by_three_times_the_cap():
    hopeless = {"A": runs(98, 5, lost=1), "B": runs(97.9, 5, lost=1)}
    assert at(5, hopeless, margin=0.2).ending is Ending.NO_HOPE
    assert at(3, {"A": runs(98, 3, lost=1), "B": runs(97.9, 3, lost=1)}, margin=0.2).ending is None  # too early to say


def test_goes_on_while_there_is_hope_for_one_pair():
    seen = at(5, {"A": runs(98, 5), "B": runs(97.99, 5), "C": runs(97.9, 5)})
    assert (seen.ending, seen.more) == (None, ("A", "B", "C"))


@pytest.mark.parametrize("order", ["ABC", "CBA", "BCA"])
def test_the_order_of_settings_and_of_runs_changes_nothing(order: str):
    settings = {"A": runs(98, 5), "B": runs(98, 5), "C": runs(95, 3, lost=1)}
    turned = {name: Results(settings[name].good[::-1], settings[name].lost[::-1]) for name in order}
    one, other = (at(5, some, margin=0.05) for some in (settings, turned))
    assert (one.ending, one.more, one.up_to) == (other.ending, other.more, other.up_to) == (None, ("A", "B"), 8)
