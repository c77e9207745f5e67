"""Confusions in a terminal: whole rows, whatever the number and the names of the classes."""

from __future__ import annotations

import io

import numpy as np
import pytest

from nnexp.archive.predictions import Predictions
from nnexp.report.tables.confusions import confusions
from nnexp.report.tables.fitted import Fitted
from nnexp.terminal import Terminal


def answers(k: int, name: str = "{}") -> Predictions:
    """Eight examples of each class; of every fourth class half are taken for the class before it."""
    labels = np.arange(8 * k) % k
    predicted = np.where((labels % 4 == 3) & (np.arange(8 * k) < 4 * k), labels - 1, labels)
    return Predictions(labels, predicted, np.ones(8 * k), tuple(name.format(n) for n in range(k)))


def drawn(found: Predictions, *, by_class: bool = False, width: int = 80) -> list[str]:
    console = Terminal(width=width, record=True, file=io.StringIO())
    for table in confusions(found, width, by_class=by_class, again="nnexp report RUN"):
        console.print(table.title, soft_wrap=True)
        console.print(Fitted(table))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_few_classes_have_a_row_and_a_column_each() -> None:
    title, head, _, *rows = drawn(answers(10))
    assert (title, head.split()[-10:]) == ("test examples of each class, by what they were called", [*"0123456789"])
    assert [row.split()[0] for row in rows] == [*"0123456789"]
    assert rows[3].split() == ["3", "·", "·", "4", "4", *"······"]


def test_long_names_are_numbered_above_their_columns() -> None:
    found = answers(3, "a name of a class that is long {}")
    _, head, _, *rows = drawn(found)
    assert head.split()[-3:] == ["(1)", "(2)", "(3)"]
    assert rows[1].split() == ["(2)", *found.classes[1].split(), "·", "8", "·"]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("found", [answers(12, "c{:039}"), answers(26), answers(100)], ids=["12", "26", "100"])
def test_every_name_and_every_count_is_whole_in_any_width(found: Predictions, width: int) -> None:
    lines = drawn(found, by_class=True, width=width)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    k = len(found.classes)
    assert "…" not in text
    assert sum(line.endswith((" 50.00", " 100.00")) or ": 4" in line for line in lines) >= min(k, 30)
    assert all(f"{found.classes[n - 1]}: 4" in text for n in range(3, min(k, 30), 4))


def test_where_they_do_not_fit_each_class_says_what_it_is_taken_for_the_worst_first() -> None:
    first, second, _, _, *rows = drawn(answers(100))
    assert f"{first} {second}" == (
        "By class, the worst first (70 that are better known are left out); nnexp report RUN draws every class by what "
        "it was called, which does not fit here"
    )
    assert rows[0].split() == ["3", "8", "50.00", "2:", "4"]
    assert rows[-1].split() == ["5", "8", "100.00"]


def test_class_by_class_is_told_beside_all_of_it_where_that_is_asked_for() -> None:
    titles = [table.title for table in confusions(answers(4), 80, by_class=True, again="")]
    assert titles == ["test examples of each class, by what they were called", "By class, the worst first"]
