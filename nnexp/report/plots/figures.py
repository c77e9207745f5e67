"""Which plots a comparison gets: those that its configurations call for and its runs have the numbers for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from nnexp.archive.predictions import Predictions, read_predictions
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.searched import Searched
from nnexp.comparison.summary import Summary
from nnexp.measure import DIGITS, Measure
from nnexp.report.plots import (
    by_setting,
    confusion_matrix,
    front,
    heat_map,
    learning_curves,
    mattered,
    mistakes,
    parallel,
    search,
    strip,
    weights,
)
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore


@dataclass(frozen=True)
class Plot:
    """A figure and what it shows, in words; a wide one takes the whole width of the page."""

    title: str
    figure: Figure
    wide: bool = False


def plots(
    comparison: Comparison,
    store: RunStore | None,
    images: NDArray[np.number] | None = None,
    found: Searched | None = None,
) -> list[Plot]:
    """Draw all that there is to draw; of the runs of a search first what that found."""
    if comparison.nothing:
        return []
    if found:
        best = [one for one in comparison.configurations if found.is_best(one.runs[0])]
        others = [one for one in comparison.configurations if one not in best]
        comparison = replace(comparison, configurations=(*best, *others))
    drawn = [
        *(search.figures(found) if found else ()),
        *_strips(comparison),
        *(() if found else _by_setting(comparison)),
        *_configurations(comparison),
        *_curves(comparison, store),
        *_networks(comparison, store, images),
    ]
    return _in_full_rows([Plot(figure.layout.title.text, figure, wide) for figure, wide in drawn])


def _in_full_rows(drawn: Sequence[Plot]) -> list[Plot]:
    """Leave no half of a row empty: of an odd number of plots between wide ones one becomes wide."""
    rows: list[Plot] = []
    for wide, some in groupby(drawn, key=lambda plot: plot.wide):
        stretch = list(some)
        if not wide and len(stretch) % 2:
            between = range(0, len(stretch), 2)  # pairs
            gain = [place for place in between if stretch[place].figure.data[0].type == "scatter"]  # no cells, no bars
            place = (gain or between)[-1]
            stretch[place] = replace(stretch[place], wide=True)
        rows += stretch
    return rows


def typical(configuration: Summary, measure: Measure) -> Run:
    """Pick the run in the middle of a configuration: neither its luckiest nor its unluckiest."""
    ranked = sorted(configuration.runs, key=lambda run: run.metrics[measure.name])
    return ranked[len(ranked) // 2]


def _curves(comparison: Comparison, store: RunStore | None) -> Iterator[tuple[Figure, bool]]:
    if store is None:
        return
    curves = learning_curves.compute(comparison, store)
    if curves.empty or curves.epoch.nunique() == 1:  # a point is no curve
        return
    figure = learning_curves.draw(curves, comparison)
    yield figure, bool(figure.layout.meta)
    if len(comparison.configurations) > 1 and curves.seconds.notna().any():
        yield learning_curves.draw_by_time(curves, comparison), False


def _strips(comparison: Comparison) -> Iterator[tuple[Figure, bool]]:
    runs = strip.compute(comparison)
    if len(runs) > 1:
        yield strip.draw(runs, comparison), True


def _by_setting(comparison: Comparison) -> Iterator[tuple[Figure, bool]]:
    for name in by_setting.numbers(comparison):
        yield by_setting.draw(by_setting.compute(comparison, name), comparison), False


def _configurations(comparison: Comparison) -> Iterator[tuple[Figure, bool]]:
    levels = heat_map.compute(comparison)
    if levels is not None:
        yield heat_map.draw(levels, comparison.measure), False
    if comparison.mattered:
        yield mattered.draw(comparison.mattered), False
    points = front.compute(comparison)
    if len(points) > 1:
        yield front.draw(points, comparison.measure), False
    if len(comparison.by) > 1:
        yield parallel.draw(parallel.compute(comparison), comparison.measure), False


def _networks(
    comparison: Comparison, store: RunStore | None, images: NDArray[np.number] | None
) -> Iterator[tuple[Figure, bool]]:
    """Look into a typical network of the best configuration and, for its confusions, of the one behind all others."""
    if store is None:
        return
    best, *others = comparison.configurations
    for one in (best, *others[-1:]):
        answers = read_predictions(store, typical(one, comparison.measure).run_id)
        if answers is not None:
            yield from confusion_matrix.figures(answers, f"What {_named(one)} takes for what{_typical(one)}")
    run = typical(best, comparison.measure)
    answers = read_predictions(store, run.run_id)
    if answers is not None and images is not None and _are_pictures(images, answers):
        what = "digit" if answers.classes == DIGITS else "class"
        title = f"The surest mistakes of {_named(best)}: {what} as called{_typical(best)}"
        yield mistakes.draw(mistakes.compute(answers), images, title), True
    looks = weights.compute(store, run.run_id, answers.shape if answers else None)
    if looks is not None:
        neuron = "output" if run.params.get("hidden") == "[]" else "hidden neuron"
        most = f"of the first {weights.MOST_NEURONS} of {len(looks)} {neuron}s"
        each = f"each {most if len(looks) > weights.MOST_NEURONS else neuron}"
        yield weights.draw(looks, f"What {each} of {_named(best)} looks at: blue for, red against"), True


def _named(one: Summary) -> str:
    return one.label if one.values else "the network"


def _typical(one: Summary) -> str:
    return " (a typical run)" if len(one.runs) > 1 else ""


def _are_pictures(images: NDArray[np.number], answers: Predictions) -> bool:
    """Tell whether there is a mistake to be drawn: of the same examples, none of them a row of a table."""
    return len(images) == len(answers.labels) and images.shape[1] > 1 and not answers.correct.all()
