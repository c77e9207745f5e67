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
    measure_named,
    read_measures,
    write_measures,
)

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
