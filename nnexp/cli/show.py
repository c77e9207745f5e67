"""`nnexp show` and `nnexp diff`: one run in full, and what differs between two."""

from __future__ import annotations

from datetime import datetime

from rich.table import Column, Table

from nnexp.archive.packages import install_lines
from nnexp.cli.console import out, say
from nnexp.comparison.origin import read_environment
from nnexp.comparison.predictions import Predictions, read_predictions
from nnexp.comparison.readable import Readable
from nnexp.measure import CHOOSE, DIGITS, REPORT, TELL, judging
from nnexp.recording.store import open_store
from nnexp.report.plots.terminal_curve import draw_run
from nnexp.report.tables.confusions import confusions
from nnexp.report.tables.diff import diff as diff_runs
from nnexp.sweep.find import find_run
from nnexp.sweep.progress import duration
from nnexp.tracking.records import Run, Tag, declared_by
from nnexp.training.results import PICTURES

MOST_METRICS = 20
BALANCED = "test/balanced_accuracy"  # of a run whose classes are uneven

NEVER_PREDICTED = "digits never predicted"
FACTS = {
    "status": None,
    "reason": Tag.REASON,
    "pruned": Tag.PRUNED,
    "key": Tag.KEY,
    "commit": Tag.COMMIT,
    "continued from": Tag.CONTINUED_FROM,
    "verified": Tag.VERIFIED,
    NEVER_PREDICTED: Tag.NEVER_PREDICTED,
    "pictures": Tag.remark(PICTURES),
    "files": Tag.FOLDER,
}


def show(wanted: str) -> None:
    """Print a run's facts, settings, environment, learning curve and confusion matrix."""
    store = Readable(open_store(say), say)
    record = find_run(store, wanted)
    answers = read_predictions(store, record.run_id)
    out().print(f"{record.name}  run {record.run_id}", style="bold", soft_wrap=True)
    out().print(_pairs(_facts(record, answers)))
    if said := record.tags.get(Tag.NOTE):
        out().print(said, soft_wrap=True)
    out().print(_pairs(dict(record.params), "settings"))
    if record.own_tags:
        out().print(_pairs(record.own_tags, "tags"))
    if came_to := _came_to(record):
        out().print(_pairs(came_to, "came to"))
    environment = read_environment(record, store)
    if environment:
        out().print(_pairs(environment, "environment"))
    for line in draw_run(record, store, width=min(out().width, 100)).split("\n"):
        out().print(line, soft_wrap=True)
    if answers:
        for drawn in confusions(answers, out(), by_class=BALANCED in record.metrics):
            out().print(drawn)


def show_environment(wanted: str) -> None:
    """Print a requirements file that brings a run's packages back; its comments name what pip cannot install."""
    store = Readable(open_store(say), say)
    for line in install_lines(find_run(store, wanted), store):
        out().print(line, soft_wrap=True)


def diff(left: str, right: str) -> None:
    """Print what differs between two runs."""
    store = Readable(open_store(say), say)
    a, b = find_run(store, left), find_run(store, right)
    sections = diff_runs(a, b, store)
    if not sections:
        out().print("nothing differs")
    for section in sections:
        values = (Column(run.run_id[:8], overflow="fold") for run in (a, b))
        table = Table(section.title, *values, box=None, pad_edge=False)
        for row in section.rows:
            table.add_row(*row)
        out().print(table)
        out().print()


def _facts(record: Run, answers: Predictions | None) -> dict[str, str]:
    began = datetime.fromtimestamp(record.started_at / 1000).strftime("%Y-%m-%d %H:%M:%S")
    took = f", {duration((record.ended_at - record.started_at) / 1000)}" if record.ended_at else ""
    tags = {name: record.tags[tag] for name, tag in FACTS.items() if tag and tag in record.tags}
    named = dict(_named(name, text, answers) for name, text in tags.items())
    return {"status": record.fate, "started": began + took} | named


def _named(fact: str, text: str, answers: Predictions | None) -> tuple[str, str]:
    """Call classes by their names, where they are no digits."""
    if fact != NEVER_PREDICTED or answers is None or answers.classes == DIGITS:
        return fact, text
    return "classes never predicted", ", ".join(answers.named(text.split()))


def _came_to(record: Run) -> dict[str, str]:
    """Give the last value of whatever is worth telling, as it is written everywhere."""
    declared = judging(declared_by([record]).values(), (CHOOSE, REPORT, TELL))
    known = [(one, record.metrics.get(one.final.name, record.metrics.get(one.name))) for one in declared]
    return {one.column: one.show(value) for one, value in known[:MOST_METRICS] if value is not None}


def _pairs(values: dict[str, str], title: str = "") -> Table:
    columns = (title, Column(overflow="fold"))
    table = Table(*columns, box=None, pad_edge=False, show_header=bool(title), header_style="bold")
    for name, value in values.items():
        table.add_row(name, str(value))
    return table
