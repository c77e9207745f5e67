"""A run's learning curve drawn with characters, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

import plotext

from nnexp.measure import CHOOSE, REPORT, TELL, Measure, judging
from nnexp.statistics.time_to_target import History
from nnexp.tracking.records import Run, declared_by
from nnexp.tracking.store import RunStore

MARKERS = ("braille", "dot")


def draw_run(run: Run, store: RunStore, *, width: int = 76) -> str:
    """Draw by epoch what the run's task chooses by, and another of the same kind: what it reports, if it does."""
    usual = judging(declared_by([run]).values(), (CHOOSE, REPORT, TELL))
    like = [one for one in usual if one.noun == usual[0].noun]
    found = {one: store.history([run.run_id], one.name).get(run.run_id, []) for one in like}
    return draw_curve({one: history for one, history in found.items() if history}, width=width)


def draw_curve(histories: Mapping[Measure, History], *, width: int = 76, height: int = 16) -> str:
    """Draw values by epoch, a line for each of up to two metrics of one kind; nothing to draw gives an empty text."""
    if not histories:
        return ""
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(width, height)
    for (measure, history), marker in zip(histories.items(), MARKERS, strict=False):
        values = [measure.factor * value for _, value in history]
        name = measure.name.removesuffix(f"/{measure.noun}")
        plotext.plot([epoch for epoch, _ in history], values, label=name, marker=marker)
    plotext.xlabel("epoch")
    first = next(iter(histories))
    plotext.title(f"{first.noun}, %" if first.is_fraction else first.noun)
    return str(plotext.uncolorize(plotext.build()))
