"""`nnexp compare`: which settings are better, and is the difference real?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnexp.cli.answered import so_far_of
from nnexp.cli.console import out, say, write
from nnexp.cli.found import found_by
from nnexp.cli.nothing import tell_no_runs
from nnexp.comparison.compare import compare as compare_runs
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.datasets import by_dataset
from nnexp.comparison.facts import brief_facts, search_facts
from nnexp.comparison.readable import Readable
from nnexp.comparison.so_far import SoFar
from nnexp.recording.store import open_store
from nnexp.report.published.table import published_markdown, published_table
from nnexp.report.tables import formats
from nnexp.report.tables.side_by_side import side_by_side
from nnexp.sweep.find import chosen_runs
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore


@dataclass(frozen=True)
class Question:
    """What is to be compared, and how."""

    by: str | None = None
    metric: str | None = None
    better: str | None = None
    reach: float | None = None
    worthwhile: float | None = None
    at_least: float | None = None
    then: str | None = None


def compare(wanted: Sequence[str], question: Question, form: str | None) -> None:
    """Compare a sweep's runs, or any runs; without a name, those of the last sweep. Of a search, say what it found."""
    whole = open_store(say)
    store, far = Readable(whole, say), so_far_of(wanted, whole)
    runs = chosen_runs(store, wanted, say)
    if not runs and not whole.runs():
        tell_no_runs(whole, aside=form is not None)
        if not form:
            return
    if question == Question() and not form and (found := found_by(wanted, runs, store)):
        out().print(formats.searched_as_terminal(found, search_facts(found, store)))
        return
    parts = {} if question.by else by_dataset(runs)
    if parts:
        _show_each({name: _compared(part, store, question, far) for name, part in parts.items()}, store, form)
        return
    comparison = _compared(runs, store, question, far)
    if form:
        write(formats.FORMATS[form](comparison).rstrip())
        if form == "md" and (published := published_markdown(comparison, store)):
            write(f"\n{published}")
        return
    show_comparison(comparison, store)


def _compared(runs: Sequence[Run], store: RunStore, question: Question, far: SoFar | None) -> Comparison:
    return compare_runs(
        runs,
        store,
        by=question.by.split(",") if question.by else None,
        metric=question.metric,
        better=question.better,
        reach=question.reach,
        worthwhile=question.worthwhile,
        at_least=question.at_least,
        then=question.then,
        so_far=far,
    )


def _show_each(comparisons: Mapping[str, Comparison], store: RunStore, form: str | None) -> None:
    """Print the comparison on each data set, and, for a person, first all of them side by side."""
    if form:
        write(formats.each(form, comparisons).rstrip())
        return
    show_each(comparisons, store)


def show_each(comparisons: Mapping[str, Comparison], store: RunStore) -> None:
    """Print the table of all data sets, and then the comparison on each."""
    for part in formats.titled_table(side_by_side(comparisons)):
        out().print(part)
    for name, comparison in comparisons.items():
        out().print()
        out().print(f"On {name}", style="bold underline", soft_wrap=True)
        show_comparison(comparison, store)


def show_comparison(comparison: Comparison, store: RunStore) -> None:
    """Print what was compared, the answer, and the published figures beside ours where there are any."""
    out().print(formats.as_terminal(comparison, brief_facts(comparison, store)))
    published = published_table(comparison, store)
    if published:
        out().print(published)
