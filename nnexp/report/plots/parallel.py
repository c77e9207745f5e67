"""Parallel coordinates: an axis for each setting and one for what decides, a line for each run."""

from __future__ import annotations

import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import order, typed
from nnexp.measure import Measure
from nnexp.report.plots import style


def compute(comparison: Comparison) -> pd.DataFrame:
    """Give a row for each run: its settings, in the columns they are called, and what decides in the last."""
    rows = [
        {
            **dict(zip(comparison.by, one.values, strict=True)),
            comparison.measure.name: run.metrics[comparison.measure.name],
        }
        for one in comparison.configurations
        for run in one.runs
    ]
    return pd.DataFrame(rows)


def draw(runs: pd.DataFrame, measure: Measure) -> Figure:
    """Draw the axes; a range may be picked on each."""
    *names, last = runs.columns
    outcome = runs[last] * measure.factor
    figure = style.figure("Every run: pick a range on an axis").update_layout(margin={"l": 64, "r": 64, "t": 96})
    figure.add_parcoords(
        dimensions=[*(_axis(name, runs[name]) for name in names), {"label": measure.column, "values": outcome}],
        line={"color": outcome, "colorscale": style.SCALE},
    )
    return figure


def _axis(name: str, values: pd.Series[str]) -> dict[str, object]:
    """Give numbers an axis of their own; words, and few numbers, a place each."""
    known = sorted(set(values), key=order)
    if len(known) > 8 and all(not isinstance(typed(value), str) for value in known):
        return {"label": name, "values": [typed(value) for value in values]}
    places = {value: place for place, value in enumerate(known)}
    return {
        "label": name,
        "values": [places[value] for value in values],
        "tickvals": list(places.values()),
        "ticktext": list(places),
    }
