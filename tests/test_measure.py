from math import nan

import pytest

from nnexp.measure import (
    CHOOSE,
    DOWN,
    FIRST_FORMAT,
    FRACTION,
    REPORT,
    SECONDS,
    UP,
    Measure,
    read_measures,
    write_measures,
)
from nnexp.undeclared import measure_named

ACCURACY = Measure("val/accuracy", FRACTION, UP, CHOOSE)
LOSS = Measure("val/log_loss", better=DOWN, purpose=REPORT)


def test_a_declaration_comes_back_from_the_record_as_it_was() -> None:
    assert read_measures(write_measures([ACCURACY, LOSS])) == {"val/accuracy": ACCURACY, "val/log_loss": LOSS}


@pytest.mark.parametrize("text", [None, "", "no json", "[1]", '{"val/loss": 3}', "[" * 100_000])
def test_what_is_no_declaration_declares_nothing(text: str | None) -> None:
    assert read_measures(text) == {}


@pytest.mark.parametrize("name", ["val/log_loss", "final/val_log_loss", "best/val_log_loss"])
def test_a_metric_is_found_in_all_its_forms(name: str) -> None:
    found = measure_named(name, {LOSS.name: LOSS})
    assert (found.name, found.history, found.better, found.label) == (name, LOSS.name, DOWN, "validation log loss")


@pytest.mark.parametrize(
    ("name", "unit", "higher_is_better"),
    [
        ("final/test_accuracy", FRACTION, True),
        ("train/accuracy", FRACTION, True),
        ("train/cost", "", False),
        ("time/total_s", SECONDS, False),
        ("final/digits_never_predicted", "", False),
    ],
)
def test_a_metric_that_nobody_declared_is_guessed_by_its_name(name: str, unit: str, higher_is_better: bool) -> None:
    found = measure_named(name, FIRST_FORMAT)
    assert (found.unit, found.higher_is_better) == (unit, higher_is_better)


@pytest.mark.parametrize(
    ("measure", "column", "shown", "gap", "goal"),
    [
        (ACCURACY, "validation %", "97.85", "2.2 points [1.9, 2.5]", "95 %"),
        (LOSS, "validation log loss", "0.9785", "0.022 [0.019, 0.025]", "0.95"),
    ],
)
def test_values_are_written_in_the_unit(measure: Measure, column: str, shown: str, gap: str, goal: str) -> None:
    assert measure.column == column
    assert measure.show(0.9785) == shown
    assert measure.gap(0.022, 0.019, 0.025) == gap
    assert measure.show_goal(0.95) == goal


@pytest.mark.parametrize("measure", [ACCURACY, LOSS])
def test_zero_has_no_sign(measure: Measure) -> None:
    assert "-" not in measure.show(-0.0) + measure.gap(-0.0, -0.0, 0.0)


@pytest.mark.parametrize(
    ("measure", "mean", "sd", "shown"),
    [
        (ACCURACY, 0.9788, 0.0014, "97.88 ± 0.14"),
        (LOSS, 0.014676, 0.0014007, "0.0147 ± 0.0014"),
        (LOSS, 1234.56, 12.3, "1235 ± 12"),
        (LOSS, 1234567.8, 12.3, "1,234,568 ± 12"),
        (LOSS, 89.17, 0.799, "89.17 ± 0.80"),
        (LOSS, 0.5, 1e-12, "0.5 ± 0"),
        (LOSS, 1.2e-9, 3.4e-10, "1.2e-09 ± 3.4e-10"),
        (LOSS, 0.25, nan, "0.25"),
        (LOSS, nan, nan, "–"),
        (ACCURACY, nan, nan, "–"),
    ],
)
def test_a_mean_has_as_many_decimals_as_its_deviation(measure: Measure, mean: float, sd: float, shown: str) -> None:
    assert measure.show_mean(mean, sd) == shown


def test_a_large_number_keeps_the_digits_before_its_point() -> None:
    assert [LOSS.show(value) for value in (91.3, 1234.5, 12345.6, 1e16)] == ["91.3", "1234", "12,346", "1e+16"]
    assert LOSS.gap(1222.4, 1220.1, 1224.9) == "1,222 [1,220, 1,225]"


@pytest.mark.parametrize(
    ("name", "noun", "label", "column"),
    [
        ("val_acc", "acc", "validation acc", "validation acc %"),
        ("test/top1", "top1", "test top1", "test top1 %"),
        ("accuracy", "accuracy", "accuracy", "accuracy %"),
        ("test", "test", "test", "test %"),
    ],
)
def test_what_is_measured_is_told_from_what_it_is_measured_on(name: str, noun: str, label: str, column: str) -> None:
    measure = Measure(name, FRACTION, UP)
    assert (measure.noun, measure.label, measure.column) == (noun, label, column)
