"""Runs of a tracking store as results to judge: of an experiment that any tool made, or of two of nnexp's settings."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from nnexp.comparison.deciding import deciding
from nnexp.comparison.eligible import eligible, of_one_content, of_one_dataset, with_number
from nnexp.comparison.groups import find, group, setting_of, varying, with_defaults
from nnexp.comparison.losses import lost_runs
from nnexp.comparison.table_file import Table
from nnexp.comparison.table_results import Columns
from nnexp.errors import DataError, NotFoundError
from nnexp.measure import Measure
from nnexp.statistics.decision import Results
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore


def experiment_table(name: str, runs: Sequence[Run], columns: Columns) -> tuple[Table, int]:
    """Give the finished runs of an experiment that have the result and a setting; and how many others there are.

    Parameters and tags are texts, metrics numbers; of equal names the parameter counts, but for the result.

    Raises
    ------
    DataError
        If no run has what is asked for.
    """
    wanted = [("metric", "--result", [columns.result], {metric for run in runs for metric in run.metrics})]
    wanted.append(("parameter", "--by", [*columns.by], {param for run in runs for param in run.params}))
    for kind, option, asked, known in wanted:
        for one in asked:
            if one not in known:
                there = ", ".join(sorted(known)) or "none"
                raise DataError(f"{name} must have a {kind} {one!r}, but has {there}; {option} names another")
    kept = [run for run in runs if run.is_finished and columns.result in run.metrics and {*columns.by} & {*run.params}]
    if not kept:
        raise DataError(f"{name} must have a finished run with {columns.result}, but has none")
    frame = pd.DataFrame([_row(run, columns) for run in kept], dtype=object)
    return Table(name, frame, "run", labels=tuple(run.run_id for run in kept)), len(runs) - len(kept)


def settings_of(
    runs: Sequence[Run], store: RunStore, names: Sequence[str], metric: str | None
) -> tuple[dict[str, Results], Measure]:
    """Gather what the runs of the settings named reached, and name the metric.

    Raises
    ------
    ConfigError, NotFoundError
        If there is no such setting or metric.
    """
    kept, _ = of_one_dataset(eligible(with_defaults(runs))[0])
    by = varying(kept)
    kept, _ = of_one_content(kept, by)
    if not kept:
        raise NotFoundError("there is no finished run to judge by; nnexp runs lists what there is")
    measure = deciding(kept, by, metric).measure
    counted, _ = with_number(kept, measure)
    groups = group(counted, by, measure, lost_runs(counted, store) or ())
    return {one.label: one.results for one in (find(groups, name) for name in names)}, measure


def _row(run: Run, columns: Columns) -> dict[str, object]:
    named = {one: setting_of(run, one) for one in columns.by}
    return {**run.tags, **run.metrics, **run.params, **named, columns.result: run.metrics[columns.result]}
