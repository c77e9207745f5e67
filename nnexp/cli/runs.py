"""`nnexp runs`: the runs, newest first unless asked otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import Any

from rich.table import Table

from nnexp.cli.console import out, say, write
from nnexp.comparison.deciding import with_direction
from nnexp.config.schema import EPOCHS
from nnexp.config.value import format_value, parse_value
from nnexp.errors import ConfigError
from nnexp.escape import in_json
from nnexp.measure import EPOCH_SECONDS, Measure, is_usable, judging
from nnexp.recording.store import open_store
from nnexp.sweep.find import members, named_sweep
from nnexp.tracking.records import PRUNED, Run, Status, declared_by
from nnexp.tracking.store import RunStore
from nnexp.undeclared import measure_named

FATES = (*Status, PRUNED)
MOST_FIGURES = 3  # of one task's metrics
SHORTEST = 4  # characters of an id


@dataclass(frozen=True)
class Choice:
    """Which runs are listed, and in which order."""

    settings: Sequence[str] = ()  # hidden=30
    status: str | None = None
    sweep: str | None = None
    sort: str | None = None  # a setting or a metric; metrics best first
    better: str | None = None  # which way that metric is: low or high
    most: int | None = None


def runs(choice: Choice, *, as_json: bool) -> None:
    """List the runs."""
    store = open_store(say)
    everything = store.runs()
    records = _chosen(everything if choice.sweep is None else _members(store, choice.sweep), choice)
    if as_json:
        write(in_json([_json(record) for record in records]))
    elif records:
        out().print(_table(records, shortest_unique([record.run_id for record in everything]), choice.sort))
    else:
        out().print("no such runs" if everything else "no runs yet: nnexp train makes one")


def shortest_unique(ids: Sequence[str]) -> int:
    """Tell how many characters of ids are enough to tell them apart."""
    return next((n for n in range(SHORTEST, 32) if len({i[:n] for i in ids}) == len(set(ids))), 32)


def _members(store: RunStore, name: str) -> list[Run]:
    return members(store, named_sweep(store, name))


def _chosen(records: Sequence[Run], choice: Choice) -> list[Run]:
    chosen = [r for r in records if choice.status is None or r.fate == _fate(choice.status)]
    for condition in choice.settings:
        name, equals, value = condition.partition("=")
        if not equals:
            raise ConfigError(f"a filter must look like hidden=30, but got {condition!r}")
        _check_name("a filter", "a setting", name, {name for record in records for name in record.params})
        chosen = [run for run in chosen if name in run.params and _is(run.params[name], value)]
    if choice.sort and chosen:
        chosen = _sorted(chosen, choice.sort, choice.better)
    return chosen[: choice.most]


def _is(recorded: str, wanted: str) -> bool:
    """Compare values as values: 3 is 3.0, [10,5] is [10, 5], and a list of one value is that value."""
    found, value = parse_value(recorded), parse_value(wanted)
    return bool(value in (found, [found]))


def _fate(text: str) -> str:
    if text.upper() not in FATES:
        raise ConfigError(f"--status must be one of {', '.join(FATES)}, but got {text!r}")
    return text.upper()


def _sorted(records: Sequence[Run], by: str, better: str | None) -> list[Run]:
    metrics = {name for record in records for name in record.metrics}
    if by in metrics:
        known = measure_named(by, declared_by(records))
        measure = with_direction(known, better) if better else known
        return sorted(records, key=lambda record: -_number(record.metrics.get(by), measure))
    _check_name("--sort", "a metric or a setting", by, metrics | {name for record in records for name in record.params})
    return sorted(records, key=lambda record: _place(record.params.get(by, "")))


def _place(text: str) -> tuple[int, Any]:
    """Give the place of a setting's value among others: numbers by their size, then lists, then words."""
    value = parse_value(text)
    if isinstance(value, int | float):
        return 0, value
    if isinstance(value, list):
        return 1, [_place(format_value(one)) for one in value]
    return 2, text


def _check_name(what: str, noun: str, name: str, known: Collection[str]) -> None:
    if known and name not in known:
        near = get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
        raise ConfigError(f"{what} must name {noun} of the runs, but got {name!r}; {meant}")


def _number(value: float | None, measure: Measure) -> float:
    return measure.turned(value) if value is not None and is_usable(value) else -math.inf


def _json(record: Run) -> dict[str, object]:
    return {
        "run_id": record.run_id,
        "name": record.name,
        "status": record.fate,
        "key": record.key,
        "params": dict(record.params),
        "metrics": dict(record.metrics),
    }


def _table(records: Sequence[Run], id_length: int, sort: str | None) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("run", "name", "status", "started"):
        table.add_column(column, no_wrap=column != "name", overflow="fold")
    columns = _columns(records, sort)
    for column, _ in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for record in records:
        began = datetime.fromtimestamp(record.started_at / 1000).strftime("%Y-%m-%d %H:%M")
        figures = [read(record) for _, read in columns]
        table.add_row(record.run_id[:id_length], record.name, record.fate, began, *figures)
    return table


def _columns(records: Sequence[Run], sort: str | None) -> list[tuple[str, Callable[[Run], str]]]:
    """Choose the figures: what tasks judge by and what is sorted by, and epochs and their seconds where there are."""
    by_task = {task: declared_by([r for r in records if r.task == task]) for task in {r.task: None for r in records}}
    columns: dict[str, Callable[[Run], str]] = {}
    if any(EPOCHS in record.params for record in records):
        columns[EPOCHS] = lambda record: record.params.get(EPOCHS, "")
    for declared in by_task.values():
        usual = judging(declared.values())[:MOST_FIGURES]
        sorted_by = [one for one in declared.values() if sort in (one.name, one.final.name)]
        for one in dict.fromkeys([*usual, *sorted_by]):
            columns[one.narrow_column] = partial(_figure, one, by_task)
    if any(EPOCH_SECONDS.name in declared for declared in by_task.values()):
        columns["s an epoch"] = partial(_figure, EPOCH_SECONDS, by_task)
    return [*columns.items()]


def _figure(measure: Measure, by_task: Mapping[str, Mapping[str, Measure]], record: Run) -> str:
    """Write a run's value of a metric, if its task means the same by it: of another, a share may be in per cent."""
    known, value = by_task[record.task].get(measure.name), record.metrics.get(measure.name)
    if value is None or known is None or known.unit != measure.unit:
        return ""
    return f"{value:.2f}" if measure.name == EPOCH_SECONDS.name else measure.show(value)
