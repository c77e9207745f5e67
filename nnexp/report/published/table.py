"""Published and ours, side by side: the tables of the systems that nnexp descends from, and what their figures mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.losses import Stake
from nnexp.escape import in_markdown
from nnexp.measure import NOTHING, show_seconds
from nnexp.report.prose.lost import lost_word, tell_stake
from nnexp.report.published.reproduction import ACCURACY, Figure, Reproduction, reproductions, systems
from nnexp.report.tables.formats import markdown_table, titled_table
from nnexp.report.tables.table import Row, Table, show_loss, show_lost, show_sample
from nnexp.terminal import Prose
from nnexp.tracking.store import RunStore

COLUMNS = ("system", "epoch", "published", "level", "worst", "median", "best", "where")
LOSSES = ("system", "lost", "share [95 %]", "what")


def published_table(comparison: Comparison, store: RunStore) -> RenderableType | None:
    """Draw published and ours for a terminal; None where no run is of a published system."""
    found = reproductions(comparison, store, systems())
    if not found:
        return None
    drawn = [part for table in tables(found) for part in titled_table(table)]
    return Group(*drawn, "", *(Prose(note, "dim") for note in notes(found, comparison.stake)))


def published_markdown(comparison: Comparison, store: RunStore) -> str | None:
    """Write published and ours in Markdown; None where no run is of a published system."""
    found = reproductions(comparison, store, systems())
    if not found:
        return None
    said = "\n".join(f"- {in_markdown(note)}" for note in notes(found, comparison.stake))
    return "\n\n".join([*map(markdown_table, tables(found)), said]) + "\n"


def tables(found: Sequence[Reproduction]) -> list[Table]:
    """Set published and ours side by side, a row for each figure; and tell what ours lost, if they lost anything."""
    figures = tuple(_row(one, figure) for one in found for figure in one.figures)
    sets = [Table("Test accuracy in %: published, and ours over seeds", COLUMNS, figures, names=2)]
    if _any_lost(found):
        losses = tuple((one.system.name, *show_loss(one.last.loss), show_lost(one.last)) for one in found)
        sets.append(Table("What ours lost", LOSSES, losses, names=1, words=1))
    return sets


def notes(found: Sequence[Reproduction], stake: Stake | None) -> list[str]:
    """Say what the tables' words mean, and compare the times of an epoch where they were published."""
    figures = [figure for one in found for figure in one.figures]
    return [*_level(found, figures, stake), *_lies(figures, lost_word(stake)), *_times(found)]


def _row(one: Reproduction, figure: Figure) -> Row:
    ours = figure.ours
    return (
        one.system.name,
        figure.epoch,
        NOTHING if figure.published is None else ACCURACY.show(figure.published),
        NOTHING if figure.is_early else show_sample(ACCURACY, ours.level),
        *map(ACCURACY.show, (ours.worst, ours.median, max(ours.results.all))),
        _where(figure),
    )


def _where(figure: Figure) -> str:
    """Say whether a published figure lies inside the range of ours, or how many points above or below it."""
    if figure.published is None:
        return NOTHING
    return f"{100 * figure.gap:+.2f}" if figure.gap else "inside"


def _level(found: Sequence[Reproduction], figures: Sequence[Figure], stake: Stake | None) -> Iterator[str]:
    lost = lost_word(stake)
    over = f"the seeds that lost no {lost}" if _any_lost(found) else "all seeds"
    yield f"Level: mean ± standard deviation over {over}; worst, median and best are of all seeds."
    if any(figure.is_early for figure in figures):
        every = "digits" if lost == "digit" else "classes"
        yield f"After the first epoch no level is told: a run that has all {every} in the end may still lack some."
    if _any_lost(found):
        yield tell_stake(stake)


def _lies(figures: Sequence[Figure], lost: str) -> Iterator[str]:
    """Say what it means that a figure lies inside the range, or outside: n + 1 runs are in any order alike."""
    seeds = sorted({len(figure.ours.seeds) for figure in figures if figure.published is not None})
    if seeds:
        yield (
            f"A published figure is of one run, which may have lost a {lost}: it lies inside the "
            "range of ours, from worst to best, or so many points above (+) or below (-) it."
        )
        chance = ", ".join(f"of {n} in 2 of {n + 1} cases" for n in seeds)
        yield f"By chance alone one more run lies outside the range {chance}."


def _times(found: Sequence[Reproduction]) -> Iterator[str]:
    timed = sorted((one for one in found if one.system.seconds), key=lambda one: min(one.system.seconds))
    for other in timed[1:]:
        yield _time_ratio(timed[0], other)


def _time_ratio(base: Reproduction, other: Reproduction) -> str:
    """Compare the fastest epochs: whatever else a machine does only makes an epoch slower."""

    def told(mine: float, theirs: float) -> str:
        return f"{mine / theirs:.1f} times ({show_seconds(mine)} s over {show_seconds(theirs)} s)"

    ours = told(min(other.seconds), min(base.seconds))
    published = told(min(other.system.seconds), min(base.system.seconds))
    return f"The fastest epoch of {other.system.name} took {ours} that of {base.system.name}; published: {published}."


def _any_lost(found: Sequence[Reproduction]) -> bool:
    return any(one.last.loss and one.last.loss.count for one in found)
