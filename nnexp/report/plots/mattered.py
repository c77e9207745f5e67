"""What mattered: how much of the variation of all results each setting explains, and what is left to chance."""

from __future__ import annotations

from plotly.graph_objects import Figure

from nnexp.report.plots import style
from nnexp.statistics.variance_shares import VarianceShares

INTERACTIONS, CHANCE = "interactions", "seeds"  # as in its table
ROW, EDGES = 40, 110  # pixels


def draw(shares: VarianceShares) -> Figure:
    """Draw a bar for each part, with its 95 % interval."""
    parts = {**shares.settings}
    if shares.interactions:
        parts[INTERACTIONS] = shares.interactions
    parts[CHANCE] = shares.chance
    percent = [(100 * one.estimate, 100 * one.low, 100 * one.high) for one in parts.values()]
    title = "What mattered: shares of the variation, with 95 % intervals"
    figure = style.figure(title, "share, %", height=EDGES + ROW * len(parts))
    return (
        figure.add_bar(
            x=[share for share, _, _ in percent],
            y=[*parts],
            orientation="h",
            marker={"color": [style.COLOURS[0]] * (len(parts) - 1) + [style.COLOURS[1]]},
            error_x={
                "array": [high - share for share, _, high in percent],
                "arrayminus": [share - low for share, low, _ in percent],
                "thickness": 1.2,
                "width": 4,
                "color": style.COLOURS[-1],
            },
            customdata=[[low, high] for _, low, high in percent],
            hovertemplate="%{y}: %{x:.1f} % [%{customdata[0]:.1f}, %{customdata[1]:.1f}]<extra></extra>",
        )
        .update_yaxes(type="category", autorange="reversed", showgrid=False, ticklabelstandoff=6)
        .update_xaxes(range=[0, 100])
    )
