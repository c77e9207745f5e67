"""Parallel coordinates: an axis for each setting and one for what decides, a line for each run."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from plotly.colors import sample_colorscale
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import label, order, typed
from nnexp.escape import shortened
from nnexp.measure import Measure
from nnexp.report.plots import style
from nnexp.report.plots.axis import usual_range
from nnexp.report.plots.by_setting import is_spaced

MOST = 1000  # runs, those of the best settings: more are no lines any more
SHADES = 9
SCALE = [style.COLOURS[1], "#9a9a9a", style.COLOURS[0]]  # from the worst to the best; seen on white and on black
PLACES = 8  # values that have a place each, as words have
TICKS = 5
LONGEST = 16  # characters of a value

Ticks = dict[float, str]  # by where they stand on an axis, from 0 to 1


def compute(comparison: Comparison) -> pd.DataFrame:
    """Give a row for each run of the first settings: these, in the columns they are called, and what decides last."""
    rows = [
        {
            **dict(zip(comparison.by, one.values, strict=True)),
            comparison.measure.name: run.metrics[comparison.measure.name],
        }
        for one in comparison.configurations
        for run in one.runs
    ]
    return pd.DataFrame(rows[:MOST])


def draw(runs: pd.DataFrame, measure: Measure) -> Figure:
    """Draw the axes, and the runs in as many colours as can be told apart, the best above all others."""
    *names, last = runs.columns
    outcome = (runs[last] * measure.factor).to_numpy(dtype=float)
    axes = [*(_axis(runs[name]) for name in names), _scale(outcome)]
    at = np.stack([places for places, _ in axes], axis=1)
    which = "Every run" if len(runs) < MOST else f"The runs of the first settings, {MOST:,} of them,"
    figure = style.figure(f"{which} across the settings: best in blue, worst in orange")
    said = [f"{label(names, row[:-1])}: {measure.show(row[-1])}" for row in runs.itertuples(index=False, name=None)]
    shade = np.clip((at[:, -1] * SHADES).astype(int), 0, SHADES - 1)
    for number in range(SHADES) if measure.higher_is_better else reversed(range(SHADES)):
        chosen = np.flatnonzero(shade == number)
        if len(chosen):
            height = number / (SHADES - 1)
            colour = sample_colorscale(SCALE, [height if measure.higher_is_better else 1 - height])[0]
            lines = [[*enumerate(at[one]), (None, None)] for one in chosen]
            figure.add_scatter(
                x=[x for x, _ in chain.from_iterable(lines)],
                y=[None if y is None else round(float(y), 4) for _, y in chain.from_iterable(lines)],
                text=[*chain.from_iterable([said[one]] * len(lines[0]) for one in chosen)],
                mode="lines",
                line={"color": colour, "width": 1.5},
                opacity=0.7,
                hovertemplate="%{text}<extra></extra>",
            )
    for place, (_, ticks) in enumerate(axes):
        for height, text in ticks.items():
            _letter(figure, shortened(text, LONGEST), place, height, last=place == len(names))
    figure.update_xaxes(
        tickvals=[*range(len(axes))], ticktext=[*names, measure.column], side="top", range=[-0.35, len(names) + 0.45],
        title=None,
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[-0.1, 1.08])
    longest = max(map(len, [*names, measure.column]))
    return figure.update_layout(showlegend=False, hovermode="closest", meta={"axes": len(axes), "name": longest})


def _letter(figure: Figure, text: str, place: int, height: float, *, last: bool) -> None:
    """Write a value beside its axis: within the plot, so that the lines run under it."""
    figure.add_annotation(
        text=text, x=place, y=height, xanchor="left" if last else "center", showarrow=False, font={"size": 11},
        xshift=4 if last else 0, yshift=0 if last else 9 if height > 0.5 else -9,
    )  # fmt: skip


def _axis(values: pd.Series[str]) -> tuple[NDArray[np.float64], Ticks]:
    """Give many numbers a scale; words, and few numbers, a place each."""
    known = sorted(set(values), key=order)
    if len(known) > PLACES and all(not isinstance(typed(value), str) for value in known):
        return _scale(np.array([float(typed(value)) for value in values]), log=is_spaced([*map(float, known)]))
    places = {value: place / max(len(known) - 1, 1) if len(known) > 1 else 0.5 for place, value in enumerate(known)}
    shown = known if len(known) <= 2 * PLACES else [known[0], known[-1]]
    return np.array([places[value] for value in values]), {places[value]: value for value in shown}


def _scale(values: NDArray[np.float64], *, log: bool = False) -> tuple[NDArray[np.float64], Ticks]:
    """Give numbers their places on a scale; what is far off all others stands at its end."""
    values = np.log10(values) if log else values
    low, high = usual_range(values.tolist()) or (float(values.min()), float(values.max()))
    width = (high - low) or 1.0
    marks = [place / (TICKS - 1) for place in range(TICKS if high > low else 1)]
    ticks = {place: low + width * place for place in marks}
    return np.clip((values - low) / width, 0, 1), {
        place: f"{10**value if log else value:.4g}" for place, value in ticks.items()
    }
