"""Data whose classes are many, few or uneven, as the network's task measures and leaves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnexp.archive.predictions import answers_of
from nnexp.core import Evaluation
from nnexp.core.train import EpochResult
from nnexp.measure import CHOOSE, FRACTION, REPORT, UP
from nnexp.tasks.network.classes import are_uneven, recalls
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tasks.network.setup import dataset_of
from nnexp.tasks.network.task import NETWORK
from nnexp.training.measured import numbers
from tests.trained import train

Made = Callable[..., Config]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Make pictures of classes with so many examples each, and a config that learns from them in milliseconds."""

    def make(counts: Sequence[int], shape: tuple[int, ...] = (4, 6), of_test: int | None = None) -> Config:
        rng = np.random.default_rng(0)
        y = rng.permutation(np.repeat(np.arange(len(counts)), counts))
        z = np.arange(len(counts)).repeat(of_test or 3)
        x = {name: rng.integers(0, 256, (len(labels), *shape)) for name, labels in (("x_train", y), ("x_test", z))}
        np.savez(tmp_path / "made.npz", **{name: one.astype(np.uint8) for name, one in x.items()}, y_train=y, y_test=z)
        dataset = {"name": "made", "path": str(tmp_path / "made.npz")}
        return SCHEMA.parse_config({"hidden": 3, "epochs": 2, "dataset": dataset})

    return make


@pytest.mark.parametrize(
    ("counts", "uneven"),
    [
        ([60, 60, 60], False),
        ([60, 60, 40], False),
        ([600, 600, 5], True),  # under 1 %
        ([190, 10], True),  # under half of an even share
        ([60, 60, 0], True),  # in the test set alone
        ([100] * 60, False),
        ([100] * 59 + [40], True),
    ],
)
def test_classes_are_uneven_where_accuracy_hardly_counts_one(made: Made, counts: list[int], uneven: bool) -> None:
    assert are_uneven(dataset_of(made(counts).dataset)) is uneven


def test_a_class_that_occurs_nowhere_makes_no_others_uneven(made: Made) -> None:
    config = made([60, 60])
    dataset = SCHEMA.values(config)["dataset"] | {"classes": 5}
    assert not are_uneven(dataset_of(SCHEMA.parse_config({"dataset": dataset}).dataset))


def test_uneven_classes_have_a_balanced_accuracy_by_epoch_and_recalls_in_the_end(made: Made) -> None:
    config = made([190, 10])
    epochs, result = train(NETWORK, config)
    recall = result.metrics
    assert set(recall) == {"val/recall/0", "val/recall/1", "test/recall/0", "test/recall/1"}
    for part in ("val", "test"):
        mean = (recall[f"{part}/recall/0"] + recall[f"{part}/recall/1"]) / 2
        assert epochs[-1].metrics[f"{part}/balanced_accuracy"] == pytest.approx(mean)
    declared = {one.name: (one.unit, one.better, one.purpose) for one in NETWORK.examine(config).measures}
    assert declared["val/balanced_accuracy"] == (FRACTION, UP, CHOOSE)
    assert declared["test/balanced_accuracy"] == (FRACTION, UP, REPORT)
    assert declared["val/recall/"] == (FRACTION, UP, "")


def test_even_classes_have_nothing_of_it(made: Made) -> None:
    epochs, result = train(NETWORK, made([40] * 12))
    assert not result.metrics
    assert not any("balanced" in name for name in epochs[0].metrics)


@pytest.mark.parametrize("k", [2, 3, 12, 26])
def test_it_leaves_answers_for_as_many_classes_as_there_are(made: Made, k: int) -> None:
    _, result = train(NETWORK, made([30] * k, (12, 20)))
    answers = answers_of(result.arrays["predictions"])
    assert answers
    assert (answers.classes, answers.shape) == (tuple(map(str, range(k))), (12, 20))


def test_classes_that_no_answer_shows_are_named(made: Made) -> None:
    config = made([30, 30])
    dataset = SCHEMA.values(config)["dataset"] | {"classes": 5}
    _, result = train(NETWORK, SCHEMA.parse_config({**SCHEMA.values(config), "dataset": dataset}))
    answers = answers_of(result.arrays["predictions"])
    assert answers
    assert answers.classes == ("0", "1", "2", "3", "4")


def epoch(*found: float | None) -> EpochResult:
    evaluation = Evaluation(0.5, 1, 2, 0.1, (), found)
    return EpochResult(1, 3.0, 0.1, evaluation, evaluation, 0.1, 0.1, "")


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (["cat", "dog", "bird"], ["cat", "dog", "bird"]),
        (["T-shirt/top", "..", "ä ö"], ["T-shirt_top", "_", "ä_ö"]),
        (["a/b", "a_b", "c"], ["0", "1", "2"]),
        (["", "x" * 300, "loss"], ["_", "x" * 100, "loss"]),
    ],
)
def test_a_recall_is_called_by_a_name_that_any_store_keeps(made: Made, names: list[str], written: list[str]) -> None:
    dataset = dataset_of(made([600, 600, 5]).dataset)
    named = replace(dataset, meta=replace(dataset.meta, classes=tuple(names)))
    found = recalls(epoch(0.5, None, 0.25), named)
    assert list(numbers(found)) == [f"{part}/recall/{written[at]}" for part in ("val", "test") for at in (0, 2)]
