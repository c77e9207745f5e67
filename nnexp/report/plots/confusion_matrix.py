"""Which class is taken for which: the examples of each class, by what the network called them.

Its numbers are `Predictions.confusion`. Where the classes are too many for a number in each cell, the worst confusions
are drawn beside them; of very many classes only those are drawn that are confused most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from nnexp.archive.predictions import Predictions
from nnexp.escape import shortened
from nnexp.report.plots import style

NARROW = 14  # classes that fit into half of the page
LETTERED = 30  # classes of which every cell has its number
LABELLED = 50  # classes that all have their names beside them
MOST = 100  # classes that are drawn
WORST = 20  # confusions that are drawn
LONGEST = 14  # characters of a name


def figures(answers: Predictions, title: str) -> Iterator[tuple[Figure, bool]]:
    """Draw the answers, and say whether it takes the whole width of the page."""
    k = len(answers.classes)
    yield draw(answers, title), k > NARROW
    if k > LETTERED and not answers.correct.all():
        yield draw_worst(answers, f"{title}: the worst"), False


def draw(answers: Predictions, title: str) -> Figure:
    """Draw the counts; the colour shows the mistakes alone, for the right answers would outshine them."""
    counts = answers.confusion()
    drawn = _most_confused(counts)
    k, names = len(drawn), _names([answers.classes[one] for one in drawn])
    if k < len(counts):
        title += f", the {k} of {len(counts)} classes that are confused most"
    figure = style.figure(title, "called", "is a", height=min(max(460, 96 + 20 * k), 980))
    counts = counts[np.ix_(drawn, drawn)]
    mistakes = np.where(np.eye(k, dtype=bool) | (counts == 0), np.nan, counts.astype(float))
    figure.add_heatmap(
        x=names,
        y=names,
        z=mistakes,
        text=np.where(np.isnan(mistakes) | (k > LETTERED), "", counts.astype(str)),
        texttemplate="%{text}",
        customdata=counts,
        hovertemplate="%{y} called %{x}: %{customdata}<extra></extra>",
        zmin=0,
        colorscale="Oranges",
        showscale=False,
        xgap=1,
        ygap=1,
    )
    for name, found in zip(names, np.diag(counts), strict=True) if k <= LETTERED else ():
        figure.add_annotation(x=name, y=name, text=str(found), font={"weight": "bold"}, showarrow=False)
    axis = {"type": "category", "categoryarray": names, "showgrid": False, "dtick": 1 if k <= LABELLED else None}
    return figure.update_xaxes(axis, range=[-0.5, k - 0.5]).update_yaxes(axis, range=[k - 0.5, -0.5])


def draw_worst(answers: Predictions, title: str) -> Figure:
    """Draw the classes that are most often taken for another, and how many of their examples are."""
    counts = answers.confusion()
    sizes = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    worst = [divmod(int(place), len(counts)) for place in np.argsort(-counts, axis=None, kind="stable")[:WORST]]
    names = _names(answers.classes)
    found = {f"{names[is_a]} called {names[called]}": (is_a, counts[is_a, called]) for is_a, called in worst}
    found = {pair: (is_a, times) for pair, (is_a, times) in found.items() if times}
    figure = style.figure(title, "examples", height=96 + 20 * len(found))
    figure.update_xaxes(showticklabels=False)
    figure.add_bar(
        x=[times for _, times in found.values()],
        y=[*found],
        text=[f"{times} of {sizes[is_a]}" for is_a, times in found.values()],
        orientation="h",
        marker_color=style.COLOURS[1],
        hoverinfo="skip",
    )
    return figure.update_yaxes(type="category", autorange="reversed", showgrid=False, dtick=1)


def _names(classes: Sequence[str]) -> list[str]:
    """Cut long names off; where two would be the same, all of them stay as they are."""
    short = [shortened(name, LONGEST) for name in classes]
    return short if len({*short}) == len(short) else [*classes]


def _most_confused(counts: NDArray[np.int64]) -> NDArray[np.intp]:
    """Choose the classes that are drawn, in their order: all, or those with the most mistakes."""
    wrong = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
    return np.sort(np.argsort(-wrong, kind="stable")[:MOST])
