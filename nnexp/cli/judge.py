"""`nnexp judge`: which settings of a table that any tool made may be the best; or whether A is better than B.

The exit status is the answer, so that a script can go by it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nnexp.cli.console import out, say, write
from nnexp.comparison.judge import Judgement, Terms
from nnexp.comparison.judge import judge as judge_results
from nnexp.comparison.table_file import READERS, read_table
from nnexp.comparison.table_results import Columns, results_in, results_of_files
from nnexp.comparison.table_runs import experiment_table, settings_of
from nnexp.errors import DataError, InputError, NnexpError, NotFoundError
from nnexp.measure import DOWN, count
from nnexp.recording.store import open_store
from nnexp.report.prose.notes import tell_looks
from nnexp.report.tables import judgement
from nnexp.sweep.find import members, sweep_or_last
from nnexp.tracking.choose import experiment_here

BETTER, NOT_BETTER, OPEN = 0, 1, 2  # exit statuses; of a table 0 says that there is one to take


@dataclass(frozen=True)
class Question:
    """What is asked, and where the results stand."""

    columns: Columns
    terms: Terms
    sweep: str | None = None
    asked: bool = True  # whether a person named the result


def judge(wanted: list[str], question: Question, *, as_json: bool) -> int:
    """Judge a table, or two settings, and give the exit status.

    Raises
    ------
    InputError
        If there is nothing that can be judged.
    """
    try:
        if len(wanted) == 1:
            judged, better = _table(wanted[0], question), None
            status = BETTER if judged.is_decided else OPEN
        elif len(wanted) == 2:
            judged, [one, other] = _two(wanted, question)
            better = judged.is_better(one, other)
            status = OPEN if better is None else BETTER if better else NOT_BETTER
        else:
            raise DataError(f"judge takes one table, or two settings or files, but got {len(wanted)} names")
    except NnexpError as error:
        raise InputError(str(error)) from error
    if as_json:
        write(judgement.as_json(judged, better))
    else:
        out().print(judgement.as_terminal(judged))
    return status


def _table(name: str, question: Question) -> Judgement:
    if _is_file(name):
        return judge_results(results_in(read_table(Path(name)), question.columns), question.terms)
    runs = experiment_here(name).runs(None)
    if not runs:
        raise NotFoundError(f"there is no file {name}, and no experiment of that name with a run in the store")
    table, others = experiment_table(f"experiment {name}", runs, question.columns)
    judged = judge_results(results_in(table, question.columns), question.terms)
    if others:
        say(f"{others} of {count(len(runs), 'run')} left out: not finished, or without {question.columns.result}")
    return judged


def _two(wanted: list[str], question: Question) -> tuple[Judgement, list[str]]:
    if all(map(_is_file, wanted)):
        results = results_of_files([Path(name) for name in wanted], question.columns)
        return judge_results(results, question.terms), [*results]
    store = open_store(say)
    sweep = sweep_or_last(store, question.sweep, say)
    runs = members(store, sweep) if sweep else store.runs()
    results, comparison = settings_of(runs, store, wanted, question.columns.result if question.asked else None)
    measure, looks = comparison.measure, comparison.verdict.looks if comparison.verdict else ()
    unit = question.terms.unit or measure.unit
    down = question.terms.lower_is_better or measure.better == DOWN
    terms = replace(question.terms, result=measure.name, unit=unit, lower_is_better=down)
    judged = judge_results(results, terms, looks)
    if looks:
        say(tell_looks(looks))
    return judged, [*results]


def _is_file(name: str) -> bool:
    try:
        return Path(name).suffix.lower() in READERS or Path(name).is_file()
    except OSError:  # no file may have such a name
        return False
