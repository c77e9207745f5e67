"""Confusions in a terminal: whole rows, whatever the number and the names of the classes."""

from __future__ import annotations

import io

import numpy as np
import pytest

from nnexp.comparison.predictions import Predictions
from nnexp.report.tables.confusions import confusions
from nnexp.terminal import Terminal


def answers(k: int, name: str = "{}") -> Predictions:
    """Eight examples of each class; of every fourth class half are taken for the class before it."""
    labels = np.arange(8 * k) % k
    predicted = np.where((labels % 4 == 3) & (np.arange(8 * k) < 4 * k), labels - 1, labels)
    return Predictions(labels, predicted, np.ones(8 * k), tuple(name.format(n) for n in range(k)))


def drawn(found: Predictions, *, by_class: bool = False, width: int = 80) -> list[str]:
    console = Terminal(width=width, record=True, file=io.StringIO())
    for table in confusions(found, console, by_class=by_class):
        console.print(table)
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_few_classes_have_a_row_and_a_column_each() -> None:
    title, head, *rows = drawn(answers(10))
    assert (title.strip(), head.split()[-10:]) == ("test examples", [*"0123456789"])
    assert [row.split()[0] for row in rows] == [*"0123456789"]
    assert rows[3].split() == ["3", "·", "·", "4", "4", *"······"]


@pytest.mark.parametrize(
    "found", [answers(12), answers(26), answers(100), answers(3, "a name of a class that is long {}")], ids=str
)
def test_no_row_is_broken_at_eighty_columns(found: Predictions) -> None:
    lines = drawn(found, by_class=True)
    assert max(map(len, lines)) <= 80
    k = len(found.classes)
    rows = [line for line in lines if line.endswith(("50.00", "100.00")) or ": 4" in line]
    assert len(rows) == min(k, 30)


def test_where_they_do_not_fit_each_class_says_what_it_is_taken_for_the_worst_first() -> None:
    title, _, *rows, caption = drawn(answers(100))
    assert title.strip() == "by class, the worst first"
    assert rows[0].split() == ["3", "8", "50.00", "2:", "4"]
    assert rows[-1].split() == ["5", "8", "100.00"]
    assert caption == "and 70 better known"


def test_class_by_class_is_told_beside_all_of_it_where_that_is_asked_for() -> None:
    lines = drawn(answers(4), by_class=True)
    assert [line.strip() for line in lines if "test" in line or "by" in line] == [
        "test examples", "by class, the worst first",
    ]  # fmt: skip
