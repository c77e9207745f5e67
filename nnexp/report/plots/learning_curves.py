"""Learning curves: what each configuration has reached after so many epochs, and after so many seconds."""

from __future__ import annotations

from typing import Any

import pandas as pd
from plotly.graph_objects import Figure

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.frame import history_frame
from nnexp.comparison.summary import Summary
from nnexp.measure import TOTAL, Measure
from nnexp.report.plots import panels, style
from nnexp.report.plots.axis import fit, usual_range
from nnexp.tracking.store import RunStore

FEW_EPOCHS = 10
EACH = 6  # epochs that are all lettered: of more, plotly letters whole ones by itself
FEW_TICKS = 4
TOGETHER = 2  # configurations whose bands can be told apart in one plot; more have a panel each
MOST = 16  # configurations
GAP = 3.0  # times the range of the others: so much lower is what ends, or begins, beyond the axis
EARLY = 0.25  # of the epochs: they decide nothing of what an axis shows
Curves = pd.DataFrame  # configuration, epoch, median, low, high, seconds


def compute(comparison: Comparison, store: RunStore) -> Curves:
    """Give a row for each epoch of the best few configurations; `seconds` is the mean time gone by."""
    found = [_curve(one, comparison.measure, store) for one in comparison.configurations[:MOST]]
    return pd.concat(found, ignore_index=True)


def draw(curves: Curves, comparison: Comparison) -> Figure:
    """Draw by epoch: for each configuration the median over its runs, in a band from the lowest to the highest."""
    measure, labels = comparison.measure, list(dict.fromkeys(curves.configuration))
    apart = len(labels) > TOGETHER
    several = any(len(one.runs) > 1 for one in comparison.configurations)
    title = f"{measure.noun.capitalize()} by epoch{_of(labels, comparison)}"
    title += ": median, and from the lowest to the highest run" if several else ""
    if apart:
        figure = panels.begin(f"{title}; dotted: {labels[0]}", labels, measure.column)
    else:
        figure = style.figure(title, "epoch", measure.column)
    best = curves[curves.configuration == labels[0]]
    for number, (label, colour) in enumerate(style.colours(labels).items()):
        one, where = curves[curves.configuration == label], panels.place(number, len(labels)) if apart else {}
        colour = style.COLOURS[0] if apart else colour
        _draw_band(figure, one, label, colour, measure, where)
        if apart and number:
            _draw_best(figure, best, measure, where)
    _whole_epochs(figure, curves)
    figure.update_layout(showlegend=not apart and labels != ["all runs"])
    return _fit(figure, curves, comparison, ["median", "high" if measure.higher_is_better else "low"])


def draw_by_time(curves: Curves, comparison: Comparison) -> Figure:
    """Draw by wall time: for each configuration its median over its mean seconds; the first few are told apart."""
    measure, labels = comparison.measure, list(dict.fromkeys(curves.configuration))
    title = f"{measure.noun.capitalize()} by time{_of(labels, comparison)}: median over runs"
    figure = style.figure(title, "seconds since the start", measure.column)
    colours = style.first_in_colour(labels)
    for label in reversed(labels):
        one = curves[curves.configuration == label].dropna(subset="seconds")
        name, colour = colours[label]
        figure.add_scatter(
            x=one.seconds,
            y=one["median"] * measure.factor,
            customdata=one.epoch,
            text=one.configuration,
            name=name,
            legendgroup=name,
            showlegend=name != style.OTHERS or label == labels[-1],
            mode="lines+markers",
            line={"color": colour, "width": 2 if name != style.OTHERS else 1},
            marker={"size": 4},
            hovertemplate=f"%{{text}}, epoch %{{customdata}}, %{{x:.3~g}} s: {style.hover(measure, 'y')}"
            "<extra></extra>",
        )
    figure.update_layout(legend={"traceorder": "reversed"}, showlegend=labels != ["all runs"])
    return _fit(figure, curves, comparison, ["median"])


def _draw_band(figure: Figure, one: Curves, label: str, colour: str, measure: Measure, where: dict[str, Any]) -> None:
    hover, several = f"%{{text}}, epoch %{{x}}: {style.hover(measure, 'y')}", bool((one.low < one.high).any())
    if several:
        hover += f" ({style.hover(measure, 'customdata[0]')} to {style.hover(measure, 'customdata[1]')})"
        figure.add_scatter(
            x=[*one.epoch, *one.epoch[::-1]],
            y=[*(one.high * measure.factor), *(one.low[::-1] * measure.factor)],
            mode="lines",
            fill="toself",
            fillcolor=style.faint(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=label,
            **where,
        )
    figure.add_scatter(
        x=one.epoch,
        y=one["median"] * measure.factor,
        customdata=one[["low", "high"]] * measure.factor,
        text=one.configuration,
        name=label,
        legendgroup=label,
        mode="lines+markers" if len(one) <= FEW_EPOCHS else "lines",
        line={"color": colour, "width": 2},
        marker={"size": 4},
        hovertemplate=f"{hover}<extra></extra>",
        **where,
    )


def _draw_best(figure: Figure, best: Curves, measure: Measure, where: dict[str, Any]) -> None:
    line = {"color": style.COLOURS[-1], "width": 1.5, "dash": "dot"}
    figure.add_scatter(
        x=best.epoch, y=best["median"] * measure.factor, mode="lines", line=line, hoverinfo="skip", **where
    )


def _whole_epochs(figure: Figure, curves: Curves) -> None:
    """Letter whole epochs alone: no half of one is measured."""
    figure.update_xaxes(tickformat="d")
    if curves.epoch.max() <= EACH:
        figure.update_xaxes(dtick=1)
    elif figure.layout.meta:  # of panels all alike, however much room each has
        figure.update_xaxes(nticks=FEW_TICKS)


def _fit(figure: Figure, curves: Curves, comparison: Comparison, drawn: list[str]) -> Figure:
    """Show what is drawn once the first epochs are over, of bands the better edge; name what ends beyond that."""
    factor = comparison.measure.factor
    good = {one.label for one in comparison.configurations if one.level.n}
    late = curves[curves.epoch > EARLY * curves.epoch.max()]
    kept = late[late.configuration.isin(good)]
    kept = kept if 2 * len(kept) >= len(late) else late
    usual = (kept[drawn].to_numpy() * factor).ravel().tolist()
    found = usual_range(usual, [*curves.low * factor, *curves.high * factor], GAP, better=comparison.measure.better)
    last = (late.groupby("configuration", sort=False)["median"].last() * factor).to_dict()
    if found is None or figure.layout.meta is None:
        return fit(figure, found, last, comparison.measure)
    for number, label in enumerate(dict.fromkeys(curves.configuration), start=1):
        if label in last and not found[0] <= (value := last[label]) <= found[1]:
            panels.letter(figure, number, f"ends at {comparison.measure.show(value / factor)}", high=value > found[1])
    return fit(figure, found, {}, comparison.measure)


def _of(labels: list[str], comparison: Comparison) -> str:
    every = len(comparison.configurations)
    return f", of the first {len(labels)} settings of {every}" if len(labels) < every else ""


def _curve(configuration: Summary, measure: Measure, store: RunStore) -> Curves:
    values = history_frame(store, configuration.runs, measure.history)
    seconds = history_frame(store, configuration.runs, TOTAL.name)
    by_epoch = values.groupby("epoch")["value"].agg(["median", "min", "max"])
    by_epoch["seconds"] = seconds.groupby("epoch")["value"].mean()
    by_epoch = by_epoch.rename(columns={"min": "low", "max": "high"}).reset_index()
    return by_epoch.assign(configuration=configuration.label)
