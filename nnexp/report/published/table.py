"""Published and ours, side by side: the table of the systems that nnexp descends from, and what its figures mean."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt
from statistics import median

from rich.console import Group, RenderableType
from rich.text import Text

from nnexp.measure import FRACTION, LOST_RECALL, NOTHING, Measure, count, show_seconds
from nnexp.report.published.reproduction import Figure, Reproduction, reproductions, systems
from nnexp.report.tables.formats import markdown_table, rich_table
from nnexp.report.tables.table import Row, Table
from nnexp.statistics.estimates import mean_interval
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

TITLE = "Published, and ours over seeds: test accuracy"
COLUMNS = ("system", "epoch", "published %", "ours: median %", "range", "seeds that reach it", "note")
PERCENT = Measure("test/accuracy", FRACTION)


def published_table(records: Sequence[Run], store: RunStore) -> RenderableType | None:
    """Draw published and ours for a terminal; None where no run is of a published system."""
    found = reproductions(records, store, systems())
    if not found:
        return None
    drawn = rich_table(table(found))
    note = drawn.columns[-1]
    note.justify, note.no_wrap = "left", False
    return Group(Text(TITLE, style="italic"), drawn, *map(Text, notes(found)))


def published_markdown(records: Sequence[Run], store: RunStore) -> str | None:
    """Write published and ours in Markdown; None where no run is of a published system."""
    found = reproductions(records, store, systems())
    return "\n\n".join([markdown_table(table(found)), *notes(found)]) + "\n" if found else None


def table(found: Sequence[Reproduction]) -> Table:
    """Set published and ours side by side, a row for each figure."""
    return Table(TITLE, COLUMNS, tuple(_row(one, figure) for one in found for figure in one.figures), names=2)


def notes(found: Sequence[Reproduction]) -> list[str]:
    """Say what the table's words mean, and compare the times of an epoch where they were published."""
    said = []
    outside = [figure for one in found for figure in one.figures if figure.gap]
    if outside:
        n = min(len(figure.ours) for figure in outside)
        chance = f"in 2 of {n + 1} cases the figure of one run lies outside the range of {count(n, 'other run')}"
        said.append(f"By chance alone, {chance}.")
    if any(any(one.lost) for one in found):
        said.append(
            f"A network has lost a digit if it knows at most {LOST_RECALL:.0%} of its examples: about 9 points each."
        )
    timed = sorted((one for one in found if one.system.seconds), key=lambda one: min(one.system.seconds))
    return said + [_time_ratio(timed[0], other) for other in timed[1:]]


def _row(one: Reproduction, figure: Figure) -> Row:
    ours, published = figure.ours, figure.published
    return (
        one.system.name,
        figure.name,
        NOTHING if published is None else PERCENT.show(published),
        PERCENT.show(median(ours)),
        f"{PERCENT.show(min(ours))} to {PERCENT.show(max(ours))}",
        NOTHING if published is None else f"{sum(accuracy >= published for accuracy in ours)} of {len(ours)}",
        "; ".join([_standing(figure), *_lost(one), *_expected(one, figure)]),
    )


def _standing(figure: Figure) -> str:
    if figure.published is None:
        return "published without a result"
    if not figure.gap:
        return "inside the range of our seeds"
    return f"{PERCENT.show(abs(figure.gap))} points {'above' if figure.gap > 0 else 'below'} all of our seeds"


def _lost(one: Reproduction) -> list[str]:
    return [f"{sum(one.lost)} of {count(len(one.lost), 'seed')} lost a digit"] if any(one.lost) else []


def _expected(one: Reproduction, figure: Figure) -> list[str]:
    """Say of a figure outside whether those that lost no digit let expect it: Student's 95 % prediction interval."""
    sound = [accuracy for accuracy, lost in zip(figure.ours, one.lost, strict=True) if not lost]
    low, high = mean_interval(sound)
    if figure.published is None or not figure.gap or not isfinite(low):
        return []
    middle, half = (low + high) / 2, (high - low) / 2 * sqrt(len(sound) + 1)
    verdict = "inside" if abs(figure.published - middle) <= half else "outside"
    others = f"{'the other' if any(one.lost) else 'all'} {len(sound)}"
    interval = f"[{PERCENT.show(middle - half)}, {PERCENT.show(min(1.0, middle + half))}]"
    return [f"{verdict} what {others} let expect of one more, {interval}"]


def _time_ratio(base: Reproduction, other: Reproduction) -> str:
    """Compare the fastest epochs: whatever else a machine does only makes an epoch slower."""

    def told(mine: float, theirs: float) -> str:
        return f"{mine / theirs:.1f} times ({show_seconds(mine)} s over {show_seconds(theirs)} s)"

    ours = told(min(other.seconds), min(base.seconds))
    published = told(min(other.system.seconds), min(base.system.seconds))
    return f"The fastest epoch of {other.system.name} took {ours} that of {base.system.name}; published: {published}."
