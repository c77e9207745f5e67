"""Which class was taken for which, as tables for a terminal: all of it where there is room, else class by class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.console import Console
from rich.styled import Styled
from rich.table import Table

from nnexp.comparison.predictions import Predictions
from nnexp.escape import shortened
from nnexp.measure import FRACTION, Measure

MOST_ROWS = 30  # classes
MOST_OTHERS = 3  # that a class is taken for
LONGEST = 16  # characters of a name
WIDE = 1 << 16  # characters, more than any terminal has
RECALL = Measure("recall", FRACTION)


def confusions(answers: Predictions, console: Console, *, by_class: bool) -> Iterator[Table]:
    """Draw all confusions if they fit, and class by class if they do not, or where that is asked for."""
    fits = 2 * len(answers.classes) < console.width
    if fits:
        whole = _whole(answers)
        fits = console.measure(whole, options=console.options.update_width(WIDE)).maximum <= console.width
        if fits:
            yield whole
    if by_class or not fits:
        yield _by_class(answers)


def _whole(answers: Predictions) -> Table:
    """Count the test examples of each class (a row) by what they were called (a column)."""
    counts, names = answers.confusion(), [shortened(name, LONGEST) for name in answers.classes]
    table = Table("is a \\ called", *names, box=None, pad_edge=False, title="test examples")
    for label, row in enumerate(counts):
        cells = (Styled(str(n), "bold") if at == label else str(n or "·") for at, n in enumerate(row))
        table.add_row(names[label], *cells)
    return table


def _by_class(answers: Predictions) -> Table:
    """Say of each class how many of its test examples are known, and what the others are taken for; the worst first."""
    counts, names = answers.confusion(), [shortened(name, LONGEST) for name in answers.classes]
    sizes, right = counts.sum(axis=1), np.diag(counts).copy()
    np.fill_diagonal(counts, 0)
    known = [int(label) for label in np.argsort(right / np.maximum(sizes, 1), kind="stable") if sizes[label]]
    table = Table(box=None, pad_edge=False, title="by class, the worst first", caption_justify="left")
    table.add_column("is a", no_wrap=True)
    for column in ("examples", RECALL.column):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("called", no_wrap=True, overflow="ellipsis")
    for label in known[:MOST_ROWS]:
        others = [int(one) for one in np.argsort(-counts[label], kind="stable")[:MOST_OTHERS] if counts[label, one]]
        called = ", ".join(f"{names[one]}: {counts[label, one]}" for one in others)
        table.add_row(names[label], str(sizes[label]), RECALL.show(right[label] / sizes[label]), called)
    if len(known) > MOST_ROWS:
        table.caption = f"and {len(known) - MOST_ROWS:,} better known"
    return table
