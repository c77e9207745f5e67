"""What a run comes to: its last values, and its best by what its task chooses by."""

from __future__ import annotations

from math import inf, nan

import pytest

from nnexp.measure import CHOOSE, DOWN, FRACTION, REPORT, TELL, TOTAL, UP, Measure, read_measures
from nnexp.recording.metrics import declaration, end_metrics, epoch_metrics, final_metrics
from nnexp.tracking.records import Metric, Tag
from nnexp.training.events import Epoch

VAL = Measure("val/accuracy", FRACTION, UP, CHOOSE)
LOSS = Measure("val/loss", better=DOWN, purpose=CHOOSE)
TEST = Measure("test/accuracy", FRACTION, UP, REPORT)
DEAD = Measure("dead", better=DOWN, purpose=TELL)
COST = Measure("train/cost", better=DOWN)


def epochs(**series: list[float | None]) -> list[Epoch]:
    """Make epochs of metrics; a None is an epoch without that metric."""
    names = [name.replace("__", "/") for name in series]
    rows = zip(*series.values(), strict=True)
    return [
        Epoch(number, {name: value for name, value in zip(names, row, strict=True) if value is not None}, "d", 5)
        for number, row in enumerate(rows, 1)
    ]


def final(run: list[Epoch], *measures: Measure) -> dict[str, float]:
    found = final_metrics(run, measures, 9)
    assert {(metric.step, metric.timestamp) for metric in found} <= {(0, 9)}
    return {metric.name: metric.value for metric in found}


def test_an_epochs_values_stand_at_its_number() -> None:
    assert epoch_metrics(Epoch(3, {"a": 1.0, "b/c": 2.0}, "d", 7)) == [Metric("a", 1.0, 3, 7), Metric("b/c", 2.0, 3, 7)]


def test_the_best_epoch_is_chosen_as_settings_are() -> None:
    run = epochs(val__accuracy=[0.1, 0.9, 0.8], test__accuracy=[0.9, 0.2, 0.3], dead=[3, 2, 1], train__cost=[3, 2, 1])
    assert final(run, TEST, VAL, DEAD, COST) == {
        "best/epoch": 2,
        "best/val_accuracy": 0.9,
        "final/val_accuracy": 0.8,
        "final/test_accuracy": 0.3,
        "final/dead": 1,
    }


def test_the_first_of_equals_is_the_best() -> None:
    assert final(epochs(val__accuracy=[0.1, 0.9, 0.9]), VAL)["best/epoch"] == 2


def test_less_may_be_better() -> None:
    assert final(epochs(val__loss=[3.0, 1.0, 2.0]), LOSS) == {
        "best/epoch": 2, "best/val_loss": 1.0, "final/val_loss": 2.0,
    }  # fmt: skip


def test_what_is_only_reported_has_a_best_epoch_and_no_best_value() -> None:
    assert final(epochs(test__accuracy=[0.5, 0.4]), TEST) == {"best/epoch": 1, "final/test_accuracy": 0.4}


def test_where_nothing_is_judged_by_the_best_is_of_whatever_can_be_better() -> None:
    assert final(epochs(train__cost=[2.0, 1.0]), COST) == {"best/epoch": 2}
    assert final(epochs(eta=[2.0, 1.0]), Measure("eta")) == {}
    assert final(epochs(other=[1.0]), VAL) == {}


@pytest.mark.parametrize("gap", [nan, inf, -inf])
def test_what_is_no_number_is_never_the_best(gap: float) -> None:
    assert final(epochs(val__accuracy=[gap, 0.4, 0.3]), VAL)["best/epoch"] == 2
    assert final(epochs(val__loss=[gap, 0.4, 0.3]), LOSS)["best/epoch"] == 3
    nothing = final(epochs(val__accuracy=[gap, gap]), VAL)
    assert "best/epoch" not in nothing
    assert "best/val_accuracy" not in nothing


def test_an_epoch_without_a_value_is_passed_over() -> None:
    run = epochs(val__accuracy=[None, 0.4, 0.3])
    assert final(run, VAL) == {"best/epoch": 2, "best/val_accuracy": 0.4, "final/val_accuracy": 0.3}


def test_what_comes_in_some_epochs_only_counts_with_its_last_value() -> None:
    run = epochs(val__accuracy=[0.2, 0.4, None], test__accuracy=[0.9, None, None])
    assert final(run, VAL, TEST) == {
        "best/epoch": 2, "best/val_accuracy": 0.4, "final/val_accuracy": 0.4, "final/test_accuracy": 0.9,
    }  # fmt: skip


def test_what_is_known_only_at_the_end_counts_too() -> None:
    run, known = epochs(val__accuracy=[0.2, 0.4]), {"dead": 2.0, "val/accuracy": 0.5}
    assert end_metrics(run, known, 9) == [Metric("dead", 2.0, 2, 9)]
    found = {metric.name: metric.value for metric in final_metrics(run, [VAL, DEAD], 9, known)}
    assert found == {"best/epoch": 2, "best/val_accuracy": 0.4, "final/val_accuracy": 0.5, "final/dead": 2.0}
    assert final_metrics([], [DEAD], 9, {"dead": 2.0}) == [Metric("final/dead", 2.0, 0, 9)]


def test_what_a_task_measures_by_the_name_of_a_sum_stands_for_itself() -> None:
    run = epochs(best__epoch=[7.0, 8.0], val__accuracy=[0.9, 0.4])
    assert "best/epoch" not in final(run, VAL)


def test_what_a_task_declares_is_not_declared_again() -> None:
    assert declaration([VAL, TOTAL], epochs(val__accuracy=[0.5])) == {}
    found = read_measures(declaration([VAL, TOTAL], epochs(val__accuracy=[0.5], val__loss=[1.0]))[Tag.MEASURES])
    assert [(one.name, one.purpose, one.guessed) for one in found.values()] == [
        ("val/accuracy", CHOOSE, False), ("time/total_s", "", False), ("val/loss", TELL, True),
    ]  # fmt: skip


def test_a_declaration_fits_a_tag_and_keeps_what_settings_are_chosen_by() -> None:
    many = {f"a_rather_long_name_of_a_metric_{n}": [1.0] for n in range(500)}
    text = declaration([TOTAL], epochs(**many, val__loss=[0.5]))[Tag.MEASURES]
    assert 5000 < len(text) < 6500
    assert [one.name for one in read_measures(text).values() if one.purpose == CHOOSE] == ["val/loss"]
