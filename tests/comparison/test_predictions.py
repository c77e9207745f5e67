"""What a network answered, as it is read from a record that may be another's, and what is told of its classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnexp.archive.predictions import answers_of
from nnexp.comparison.compare import compare
from nnexp.errors import RecordError
from nnexp.report.prose.told import tell
from nnexp.report.tables.table import tables
from nnexp.tracking.records import Run, Tag
from tests.shelf import Shelf, small_and_large

ANSWERS = {
    "labels": np.array([0, 1, 2, 2, 1], np.uint8),
    "predicted": np.array([0, 2, 2, 0, 0], np.uint8),
    "confidence": np.array([0.9, 0.6, 0.8, 0.7, 0.95], np.float16),
}


def test_classes_without_names_are_numbers() -> None:
    found = answers_of(ANSWERS)
    assert found
    assert (found.classes, found.shape) == (("0", "1", "2"), None)


def test_a_class_that_never_occurs_has_its_place_among_the_confusions() -> None:
    found = answers_of({**ANSWERS, "classes": np.array(["ant", "bee", "cat", "dog"]), "shape": np.array([12, 20])})
    assert found
    assert found.classes == ("ant", "bee", "cat", "dog")
    assert found.confusion().tolist() == [[1, 0, 0, 0], [1, 0, 1, 0], [1, 0, 1, 0], [0, 0, 0, 0]]
    assert found.shape == (12, 20)


@pytest.mark.parametrize(
    "damaged",
    [
        {"classes": np.array(["ant", "bee"])},
        {"classes": np.array(["ant", "bee", "bee"])},
        {"classes": np.array([1, 2, 3])},
        {"classes": np.array([["ant", "bee", "cat"]])},
        {"classes": np.array([str(number) for number in range(5000)])},
        {"shape": np.array([12])},
        {"shape": np.array([0, 4])},
        {"shape": np.array([1.5, 2.0])},
    ],
    ids=lambda damaged: f"{[*damaged]} {np.shape(next(iter(damaged.values())))}",
)
def test_what_names_no_classes_or_is_no_shape_is_refused(damaged: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match=r"predictions\.npz holds no (names of classes|shape of a picture)"):
        answers_of({**ANSWERS, **damaged})


def lost(shelf: Shelf, number: int, names: list[str], counts: list[int]) -> list[Run]:
    """Make up a sweep in which the first run has lost a class, of which there are so many test examples."""
    first, *others = small_and_large()
    labels = np.repeat(np.arange(len(names)), counts).astype(np.uint8)
    predicted = np.where(labels == number, (number + 1) % len(names), labels).astype(np.uint8)
    confidence = np.ones(len(labels), np.float16)
    shelf.keep(
        first.run_id, "predictions.npz", labels=labels, predicted=predicted, confidence=confidence, classes=names
    )
    losing = replace(first, tags={**first.tags, Tag.LOST: str(number)})
    return [losing, *(replace(one, tags={**one.tags, Tag.LOST: Tag.NOTHING}) for one in others)]


def test_a_lost_class_is_called_by_its_name_and_costs_its_share_of_the_test_set(shelf: Shelf) -> None:
    comparison = compare(lost(shelf, 1, ["coat", "T-shirt top", "bag"], [300, 10, 190]), shelf)
    assert {one.label: one.lost for one in comparison.configurations}["hidden=30"] == ("T-shirt top",)
    told = tell(comparison)
    assert "lost a class in 1 of 5 runs" in told.answer
    assert tables(comparison)[0].title.startswith("How good: mean ± standard deviation over seeds that lost no class")
    assert "A network has lost a class if it knows at most 20 % of its examples: about 2 points each." in told.notes


def test_of_digits_nothing_is_said_but_that_they_are_lost(shelf: Shelf) -> None:
    told = tell(compare(lost(shelf, 8, [*"0123456789"], [50] * 10), shelf))
    assert "lost a digit in 1 of 5 runs" in told.answer
    assert not any("A network has lost" in note for note in told.notes)
