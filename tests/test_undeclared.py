"""What is taken of a metric by its name, its values and its place among others."""

from __future__ import annotations

from math import inf, nan

import pytest

from nnexp.measure import (
    BY_VALUES,
    CHOOSE,
    DOWN,
    FRACTION,
    MILLISECONDS,
    PER_SECOND,
    REPORT,
    SECONDS,
    TELL,
    TOTAL,
    UP,
    Measure,
    read_measures,
    write_measures,
)
from nnexp.undeclared import completed, direction, guess, measure_named, merged


@pytest.mark.parametrize(
    "name",
    [
        "loss", "val_loss", "val/loss", "valLoss", "Test Loss", "train/cross_entropy", "error rate", "top-1 error",
        "mse", "val/RMSE", "mean_absolute_error", "NLLLoss", "perplexity", "time/epoch_s", "fit_time",
        "elapsed seconds", "accuracy_loss", "negative_log_likelihood", "step_ms",
    ],
)  # fmt: skip
def test_less_of_these_is_better(name: str) -> None:
    assert direction(name) == DOWN


@pytest.mark.parametrize(
    "name",
    [
        "accuracy", "val_acc", "valAcc", "top-1 accuracy", "top5", "test/AUROC", "f1", "F1 score", "R2", "r2_score",
        "mAP", "val/mIoU", "episode_return", "mean reward", "BLEU", "neg_log_loss", "neg_mean_squared_error",
        "samples/s", "steps_per_second",
    ],
)  # fmt: skip
def test_more_of_these_is_better(name: str) -> None:
    assert direction(name) == UP


@pytest.mark.parametrize("name", ["lr", "eta", "glossary", "accountant", "epoch", "loss/weight", "12", "α"])
def test_of_others_nothing_is_said(name: str) -> None:
    assert direction(name) == ""


@pytest.mark.parametrize(
    ("name", "values", "unit"),
    [
        ("val_acc", [0.0, 0.91, 1.0], FRACTION),
        ("val_acc", [0.8, 91.3], ""),
        ("val_acc", [0.91, nan], FRACTION),
        ("val_acc", [0.91, inf], ""),
        ("precision", [0.5], FRACTION),
        ("loss", [0.5], ""),
        ("f1_loss", [0.5], ""),
        ("score", [0.5], ""),
        ("time/fit", [3.0], SECONDS),
        ("epoch_s", [3.0], SECONDS),
        ("train seconds", [3.0], SECONDS),
        ("latency_ms", [3.0], MILLISECONDS),
        ("images per second", [3.0], PER_SECOND),
    ],
)
def test_a_share_is_one_by_its_name_and_by_every_value(name: str, values: list[float], unit: str) -> None:
    assert guess(name, values).unit == unit


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["score"], "score"),
        (["lr"], "lr"),
        (["test/accuracy"], "test/accuracy"),
        (["train/loss", "val/loss", "val/accuracy"], "val/loss"),
        (["train/loss", "val_acc", "val_loss"], "val_acc"),
        (["lr", "dev f1", "test f1"], "dev f1"),
        (["val/size", "loss"], "loss"),
        (["train_loss", "accuracy"], "accuracy"),
        (["time/epoch_s", "train/loss", "reward"], "reward"),
        (["lr", "train/loss"], "train/loss"),
        (["time/epoch_s", "lr"], "time/epoch_s"),
        (["train/loss", "test/accuracy"], None),  # the test set decides where nothing else can, and it is said
        ([], None),
    ],
)
def test_settings_are_chosen_by_one_of_them(names: list[str], chosen: str | None) -> None:
    found = completed([TOTAL], [dict.fromkeys(names, 0.5)])
    assert next((one.name for one in found if one.purpose == CHOOSE), None) == chosen
    others = {one.name: one.purpose for one in found if one.guessed and one.name != chosen}
    assert others == {name: REPORT if "test" in name else TELL for name in names if name != chosen}


def test_they_stand_in_the_order_in_which_they_came_first() -> None:
    found = completed([], [{"b": 1.0}, {"a": 1.0, "b": 2.0}, {"c": 1.0}])
    assert [one.name for one in found] == ["b", "a", "c"]


def test_what_is_declared_is_never_guessed() -> None:
    mine = Measure("val_acc", better=DOWN, purpose=CHOOSE)
    found = completed([mine, TOTAL], [{"loss": 1.0, "val_acc": 0.5}])
    assert found[:2] == [mine, TOTAL]
    assert (found[2].name, found[2].purpose, found[2].better) == ("loss", TELL, DOWN)


def test_what_is_declared_without_a_unit_has_that_of_its_values() -> None:
    mine = Measure("val_acc", BY_VALUES, UP, CHOOSE)
    [shares], [per_cents] = completed([mine], [{"val_acc": 0.5}]), completed([mine], [{"val_acc": 50.0}])
    assert (shares.unit, per_cents.unit) == (FRACTION, "")
    assert (shares.guessed, shares.purpose) == (False, CHOOSE)


def test_of_two_runs_a_share_is_one_where_it_is_in_both() -> None:
    low, high = guess("acc", [0.8]), guess("acc", [91.3])
    assert {merged(low, high).unit, merged(high, low).unit} == {""}
    assert merged(low, low).is_fraction
    assert merged(guess("acc", [0.5]), Measure("acc", better=DOWN)) == Measure("acc", better=DOWN)


def test_a_guess_comes_back_from_the_record_as_one() -> None:
    measures = completed([TOTAL], [{"val/loss": 1.0}])
    assert [*read_measures(write_measures(measures)).values()] == measures


def test_a_metric_of_a_run_without_declarations_is_no_share_if_it_is_in_per_cent() -> None:
    assert measure_named("val_acc", {}, [91.3]).unit == ""
    assert measure_named("val_acc", {}, [0.913]).unit == FRACTION


def test_what_stands_below_a_declared_name_is_declared_by_it() -> None:
    recall = Measure("val/recall/", FRACTION, UP)
    declared = {recall.name: recall}
    assert completed([recall], [{"val/recall/loss": 0.5}]) == [recall]
    assert measure_named("val/recall/loss", declared, [0.5]) == Measure("val/recall/loss", FRACTION, UP)
    assert measure_named("val/recall", declared).guessed
    assert measure_named("test/recall/loss", declared).better == DOWN
