"""Which plots a comparison gets: those that its settings call for and its runs have the numbers for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objs._figure import Figure

from nnexp.comparison.compare import Comparison
from nnexp.comparison.predictions import read_predictions
from nnexp.comparison.summary import Summary
from nnexp.report.plots import (
    accuracy_by_epoch,
    accuracy_by_time,
    confusion_matrix,
    front,
    heat_map,
    mistakes,
    parallel,
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


def plots(comparison: Comparison, store: RunStore | None, images: NDArray[np.uint8] | None = None) -> list[Plot]:
    """Draw all that there is to draw."""
    if not comparison.settings:
        return []
    drawn = [*_curves(comparison, store), *_settings(comparison), *_networks(comparison, store, images)]
    return [Plot(figure.layout.title.text, figure, wide) for figure, wide in drawn]


def typical(setting: Summary, metric: str) -> Run:
    """Pick the run in the middle of a setting: neither its luckiest nor its unluckiest."""
    ranked = sorted(setting.runs, key=lambda run: run.metrics[metric])
    return ranked[len(ranked) // 2]


def _curves(comparison: Comparison, store: RunStore | None) -> Iterator[tuple[Figure, bool]]:
    if store is None or not comparison.measure.is_fraction:
        return
    curves = accuracy_by_epoch.compute(comparison, store)
    if curves.empty:
        return
    yield accuracy_by_epoch.draw(curves, comparison.measure), False
    if curves.seconds.notna().any():
        yield accuracy_by_time.draw(curves, comparison.measure), False


def _settings(comparison: Comparison) -> Iterator[tuple[Figure, bool]]:
    points = front.compute(comparison)
    if len(points) > 1:
        yield front.draw(points, comparison.measure), False
    means = heat_map.compute(comparison)
    if means is not None:
        yield heat_map.draw(means, comparison.measure), False
    if len(comparison.by) > 1:
        yield parallel.draw(parallel.compute(comparison), comparison.measure), False


def _networks(
    comparison: Comparison, store: RunStore | None, images: NDArray[np.uint8] | None
) -> Iterator[tuple[Figure, bool]]:
    """Look into a typical network of the best setting and, for its confusions, of the baseline."""
    if store is None:
        return
    best = comparison.settings[0]
    for setting in comparison.settings:
        answers = read_predictions(store, typical(setting, comparison.measure.name).run_id)
        if answers is not None and setting.label in (best.label, comparison.baseline):
            title = f"What {setting.label} takes for what (a typical run)"
            yield confusion_matrix.draw(confusion_matrix.compute(answers), title), False
    run_id = typical(best, comparison.measure.name).run_id
    answers = read_predictions(store, run_id)
    if answers is not None and images is not None and len(images) == len(answers.labels):
        title = f"The surest mistakes of {best.label}: digit as called (a typical run)"
        yield mistakes.draw(mistakes.compute(answers), images, title), True
    looks = weights.compute(store, run_id)
    if looks is not None:
        yield weights.draw(looks, f"What each hidden neuron of {best.label} looks at: blue for, red against"), True
