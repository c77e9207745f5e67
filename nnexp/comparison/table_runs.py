"""Runs of a tracking store as results to judge: of an experiment that any tool made, or of two of nnexp's settings."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from nnexp.comparison.compare import compare
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import order, setting_of
from nnexp.comparison.summary import Summary
from nnexp.comparison.table_file import Table
from nnexp.comparison.table_results import Columns
from nnexp.errors import ConfigError, DataError, NotFoundError
from nnexp.statistics.decision import Results
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

SETTING = re.compile(r"([^\s,=]+)=(.*?)(?=[\s,]+[^\s,=]+=|\s*$)")  # hidden=[100, 30] among others


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
) -> tuple[dict[str, Results], Comparison]:
    """Gather what the runs of the settings named reached, from a comparison of all.

    Raises
    ------
    ConfigError, NotFoundError
        If there is no such setting or metric.
    """
    comparison = compare(runs, store, metric=metric)
    if comparison.nothing:
        raise NotFoundError("there is no finished run to judge by; nnexp runs lists what there is")
    named = [_find(comparison, name) for name in names]
    return {one.label: one.results for one in named}, comparison


def _find(comparison: Comparison, text: str) -> Summary:
    """Find a configuration by its settings in any order (hidden=100 eta=3), or by its values alone (3.0 100)."""
    configurations = comparison.in_natural_order
    wanted = {name: order(value) for name, value in SETTING.findall(text)} or None
    for one in configurations:
        values = [order(value) for value in one.values]
        if wanted == dict(zip(comparison.by, values, strict=True)):
            return one
        if _squeezed(text) == _squeezed("".join(one.values)) or values == [order(text)]:
            return one
    names = ", ".join(one.label for one in configurations[:10])
    raise ConfigError(f"a setting must be one of those compared ({names}), but got {text!r}")


def _squeezed(text: str) -> str:
    return text.replace(" ", "").replace(",", "")


def _row(run: Run, columns: Columns) -> dict[str, object]:
    named = {one: setting_of(run, one) for one in columns.by}
    return {**run.tags, **run.metrics, **run.params, **named, columns.result: run.metrics[columns.result]}
