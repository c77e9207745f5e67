"""Which class was taken for which, as tables for a terminal: all of it where there is room, else class by class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnexp.archive.predictions import Predictions
from nnexp.measure import FRACTION, Measure
from nnexp.report.tables.fitted import Fitted
from nnexp.report.tables.table import Table

MOST_COLUMNS = 40  # classes of which all confusions are drawn, however wide a line may be
SHORT = 4  # characters of a name that may stand above its column
MOST_ROWS = 30  # classes
MOST_OTHERS = 3  # that a class is taken for
RECALL = Measure("recall", FRACTION)


def confusions(answers: Predictions, width: int, *, by_class: bool, again: str) -> Iterator[Table]:
    """Give all confusions if they fit, and class by class if they do not, or where that is asked for.

    `again` is the command whose page shows all of them.
    """
    whole = _whole(answers) if len(answers.classes) <= MOST_COLUMNS else None
    if whole and Fitted(whole).width <= width:
        yield whole
        lacking = ""
    else:
        lacking = f"; {again} draws every class by what it was called, which does not fit here"
    if by_class or lacking:
        yield _by_class(answers, lacking)


def _whole(answers: Predictions) -> Table:
    """Count the test examples of each class (a row) by what they were called (a column); long names are numbered."""
    counts, names = answers.confusion(), answers.classes
    longest = len(str(counts.max()))
    are_short = max(map(len, names)) <= max(longest, SHORT)
    heads = names if are_short else tuple(f"({n})" for n in range(1, len(names) + 1))
    labels = names if are_short else tuple(f"{head} {name}" for head, name in zip(heads, names, strict=True))
    rows = tuple((label, *(str(n or "·") for n in row)) for label, row in zip(labels, counts, strict=True))
    return Table("test examples of each class, by what they were called", ("is a \\ called", *heads), rows, names=1)


def _by_class(answers: Predictions, lacking: str) -> Table:
    """Say of each class how many of its test examples are known, and what the others are taken for; the worst first."""
    counts, names = answers.confusion(), answers.classes
    sizes, right = counts.sum(axis=1), np.diag(counts).copy()
    np.fill_diagonal(counts, 0)
    known = [int(label) for label in np.argsort(right / np.maximum(sizes, 1), kind="stable") if sizes[label]]
    rows = []
    for label in known[:MOST_ROWS]:
        others = [int(one) for one in np.argsort(-counts[label], kind="stable") if counts[label, one]]
        called = ", ".join(f"{names[one]}: {counts[label, one]}" for one in others[:MOST_OTHERS])
        more = f" and {len(others) - MOST_OTHERS} more" if len(others) > MOST_OTHERS else ""
        rows.append((names[label], str(sizes[label]), RECALL.show(right[label] / sizes[label]), called + more))
    more = f" ({len(known) - MOST_ROWS:,} that are better known are left out)" if len(known) > MOST_ROWS else ""
    columns = ("is a", "examples", RECALL.column, "called")
    return Table(f"By class, the worst first{more}{lacking}", columns, tuple(rows), names=1, words=1)
