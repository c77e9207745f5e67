"""What all plots look like: colours that the colour-blind tell apart too, on white and on black; little furniture."""

from __future__ import annotations

from collections.abc import Sequence

from plotly.graph_objects import Figure

from nnexp.measure import Measure

COLOURS = ("#3b7dd8", "#e0702a", "#2a9d78", "#b565a7", "#c79a1c", "#4fa8c9", "#c44e52", "#8a8a8a")
GREY = "rgba(138,138,138,0.45)"
SCALE = "Viridis"
TITLE = 32  # pixels
MOST_CURVES = len(COLOURS)
OTHERS = "the others"
NAMED = 4  # lines of one plot that have colours where more of them stand in it than there are colours


def figure(title: str, x: str = "", y: str = "", height: int = 420) -> Figure:
    """Begin a figure with a title and named axes."""
    shown = Figure()
    shown.update_layout(
        title={"text": title, "x": 0, "xref": "paper", "yref": "container", "y": 0.97, "font": {"size": 16}},
        height=height,
        margin={"l": 56, "r": 16, "t": TITLE + 16, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        xaxis={"title": {"text": x}, "automargin": True, "exponentformat": "e"},
        yaxis={"title": {"text": y}, "automargin": True, "exponentformat": "e"},
    )
    return shown


def hover(measure: Measure, axis: str) -> str:
    """Write how plotly shows a value of an axis: two decimals of per cent, four digits of anything else."""
    return f"%{{{axis}:{'.2f' if measure.is_fraction else '.4~g'}}}"


def colour_bar(measure: Measure) -> dict[str, object]:
    """Give the bar that tells colours of a measure apart."""
    return {"title": {"text": measure.column, "side": "right", "font": {"size": 13}}}


def colours(labels: Sequence[str]) -> dict[str, str]:
    """Give each label a colour; past the eighth they begin anew."""
    return {label: COLOURS[position % len(COLOURS)] for position, label in enumerate(dict.fromkeys(labels))}


def first_in_colour(labels: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Give each label its name in a legend and its colour: of very many, the first few stand out of the others."""
    few = {label: (label, colour) for label, colour in colours(labels).items()}
    if len(few) <= MOST_CURVES:
        return few
    return {label: named if place < NAMED else (OTHERS, GREY) for place, (label, named) in enumerate(few.items())}


def faint(colour: str) -> str:
    """Give the colour as a band is filled with."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"
