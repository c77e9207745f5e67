"""`nnexp show` and `nnexp diff`: one run in full, and what differs between two."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import numpy as np

from nnexp.archive.packages import install_lines
from nnexp.archive.predictions import Predictions, read_predictions
from nnexp.cli.console import out, say, write
from nnexp.comparison.origin import read_environment
from nnexp.comparison.readable import Readable
from nnexp.config.value import parse_values
from nnexp.escape import in_json
from nnexp.measure import CHOOSE, DIGITS, REPORT, TELL, judging
from nnexp.recording.store import open_store
from nnexp.report.plots.terminal_curve import draw_run
from nnexp.report.tables.confusions import confusions
from nnexp.report.tables.diff import diff as diff_runs
from nnexp.report.tables.fitted import Fitted
from nnexp.report.tables.formats import pairs, titled_table
from nnexp.report.tables.table import Table
from nnexp.sweep.called import SHORT, sweeps_of
from nnexp.sweep.find import find_run
from nnexp.sweep.progress import duration
from nnexp.tracking.records import Kind, Run, Tag, declared_by
from nnexp.tracking.store import RunStore
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


def show(wanted: str, *, as_json: bool = False) -> None:
    """Print a run's facts, settings, environment, learning curve and confusion matrix."""
    store = Readable(open_store(say), say)
    record = find_run(store, wanted)
    answers = read_predictions(store, record.run_id)
    if as_json:
        write(in_json(_document(record, answers, store)))
        return
    out().print(f"{record.name}  run {record.run_id}", style="bold", soft_wrap=True)
    out().print(pairs([*_facts(record, answers).items()]))
    if said := record.tags.get(Tag.NOTE):
        out().print(said, soft_wrap=True)
    out().print(pairs([*record.params.items()], "settings"))
    if record.own_tags:
        out().print(pairs([*record.own_tags.items()], "tags"))
    if came_to := _came_to(record):
        out().print(pairs([*came_to.items()], "came to"))
    environment = read_environment(record, store)
    if environment:
        out().print(pairs([(name, str(value)) for name, value in environment.items()], "environment"))
    for line in draw_run(record, store, width=min(out().width, 100)).split("\n"):
        out().print(line, soft_wrap=True)
    if answers:
        again = f"nnexp report {record.run_id[:SHORT]}"
        for table in confusions(answers, out().width, by_class=BALANCED in record.metrics, again=again):
            for part in titled_table(table):
                out().print(part)


def _document(record: Run, answers: Predictions | None, store: RunStore) -> dict[str, object]:
    sweeps = [{"run_id": one.run_id, "name": one.name} for one in sweeps_of(record, store.runs(Kind.SWEEP))]
    facts = {name.replace(" ", "_"): record.tags.get(tag) for name, tag in FACTS.items() if tag}
    curves = {name: store.history([record.run_id], name).get(record.run_id, []) for name in declared_by([record])}
    return {
        "run_id": record.run_id,
        "name": record.name,
        "status": record.fate,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "task": record.task,
        "sweeps": sweeps,
        **facts,
        "note": record.tags.get(Tag.NOTE),
        "tags": record.own_tags,
        "params": parse_values(record.params),
        "metrics": dict(record.metrics),
        "curves": {name: [[epoch, value] for epoch, value in curve] for name, curve in curves.items() if curve},
        "environment": read_environment(record, store),
        "confusion": answers and {"classes": answers.classes, "counts": _counts(answers)},
    }


def _counts(answers: Predictions) -> list[list[int]]:
    """Count the examples of each class (rows) by the class that was answered."""
    n = len(answers.classes)
    pairs = answers.labels.astype(int) * n + answers.predicted.astype(int)
    counts: list[list[int]] = np.bincount(pairs, minlength=n * n).reshape(n, n).tolist()
    return counts


def show_environment(wanted: str, *, as_json: bool = False) -> None:
    """Print a requirements file that brings a run's packages back; its comments name what pip cannot install."""
    store = Readable(open_store(say), say)
    lines = install_lines(find_run(store, wanted), store)
    if as_json:
        write(in_json({"requirements": lines}))
        return
    for line in lines:
        out().print(line, soft_wrap=True)


def diff(left: str, right: str, *, as_json: bool = False) -> None:
    """Print what differs between two runs."""
    store = Readable(open_store(say), say)
    a, b = find_run(store, left), find_run(store, right)
    sections = diff_runs(a, b, store)
    if as_json:
        differing = {one.title: {name: values for name, *values in one.rows} for one in sections}
        write(in_json({"runs": [a.run_id, b.run_id], "differing": differing}))
        return
    if not sections:
        out().print("nothing differs")
    for section in sections:
        columns = (section.title, a.run_id[:8], b.run_id[:8])
        out().print(Fitted(Table("", columns, section.rows, names=1)))
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
    told = {one.column: one.show(value) for one, value in known if value is not None}
    more = {f"and {len(told) - MOST_METRICS} more": "nnexp runs --json"} if len(told) > MOST_METRICS else {}
    return dict(islice(told.items(), MOST_METRICS)) | more
