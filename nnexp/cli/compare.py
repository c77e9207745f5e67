"""`nnexp compare`: which settings are better, and is the difference real?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnexp.cli.console import out, say, write
from nnexp.comparison.compare import compare as compare_runs
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.readable import Readable
from nnexp.recording.store import open_store
from nnexp.report.published.table import published_markdown, published_table
from nnexp.report.tables import formats
from nnexp.sweep.find import chosen_runs
from nnexp.tracking.store import RunStore


@dataclass(frozen=True)
class Question:
    """What is to be compared, and how."""

    by: str | None
    metric: str | None
    reach: float | None
    worthwhile: float | None
    at_least: float | None = None
    then: str | None = None


def compare(wanted: Sequence[str], question: Question, form: str | None) -> None:
    """Compare a sweep's runs, or any runs; without a name, those of the last sweep."""
    store = Readable(open_store(say), say)
    comparison = compare_runs(
        chosen_runs(store, wanted),
        store,
        by=question.by.split(",") if question.by else None,
        metric=question.metric,
        reach=question.reach,
        worthwhile=question.worthwhile,
        at_least=question.at_least,
        then=question.then,
    )
    if form:
        write(formats.FORMATS[form](comparison).rstrip())
        if form == "md" and (published := published_markdown(comparison, store)):
            write(f"\n{published}")
        return
    show_comparison(comparison, store)


def show_comparison(comparison: Comparison, store: RunStore) -> None:
    """Print the answer, and the published figures beside ours where there are any."""
    out().print(formats.as_terminal(comparison))
    published = published_table(comparison, store)
    if published:
        out().print(published)
