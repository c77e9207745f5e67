"""A learning curve drawn with characters, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotext

History = Sequence[tuple[int, float]]


def draw_curve(histories: Mapping[str, History], *, width: int = 76, height: int = 16) -> str:
    """Draw accuracies (fractions) by epoch, a line for each name; nothing to draw gives an empty text."""
    drawn = {name: history for name, history in histories.items() if history}
    if not drawn:
        return ""
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(width, height)
    for (name, history), marker in zip(drawn.items(), ("braille", "dot"), strict=False):
        plotext.plot([epoch for epoch, _ in history], [100 * value for _, value in history], label=name, marker=marker)
    plotext.xlabel("epoch")
    plotext.title("accuracy, %")
    return str(plotext.uncolorize(plotext.build()))
