"""`nnexp runs`: the runs, newest first unless asked otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nnexp.cli.console import out, say, write
from nnexp.cli.filters import meant_by, place, read_filters
from nnexp.cli.nothing import tell_no_runs
from nnexp.comparison.deciding import with_direction
from nnexp.config.schema import EPOCHS
from nnexp.config.value import parse_values
from nnexp.errors import ConfigError
from nnexp.escape import in_json
from nnexp.measure import EPOCH_SECONDS, TOTAL, Measure, is_usable, judging
from nnexp.recording.store import open_store
from nnexp.report.tables.fitted import Fitted
from nnexp.report.tables.table import Table
from nnexp.sweep.called import moment_told, sweeps_of
from nnexp.sweep.find import members, sweep_or_last
from nnexp.sweep.progress import duration
from nnexp.tracking.records import PRUNED, Kind, Run, Status, declared_by
from nnexp.tracking.store import Store
from nnexp.undeclared import measure_named

FATES = (*Status, PRUNED)
MOST_FIGURES = 3  # of one task's metrics
SHORTEST = 4  # characters of an id
STARTED, TOOK, EPOCH = "started", "took", "s an epoch"
SPARE = (EPOCH, TOOK, STARTED)  # where there is little room


@dataclass(frozen=True)
class Choice:
    """Which runs are listed, and in which order."""

    filters: Sequence[str] = ()  # hidden=30
    status: str | None = None
    sweep: str | None = None
    sort: str | None = None  # a setting or a metric; metrics best first
    better: str | None = None  # which way that metric is: low or high
    ascending: bool = False  # the least first; without `sort`, the oldest
    most: int | None = None


@dataclass(frozen=True)
class Listed:
    """A run in the list, with what stands elsewhere in the store."""

    run: Run
    sweep: Run | None
    epoch: int | None  # that a running one has reached

    @property
    def status(self) -> str:
        """Its fate; of one that goes on, how far it has come."""
        if self.epoch is None:
            return self.run.fate
        of = self.run.params.get(EPOCHS)
        return f"{self.run.fate} {self.epoch}{f'/{of}' if of else ''}"

    @property
    def seconds(self) -> float | None:
        """How long it took, once it has ended."""
        return None if self.run.ended_at is None else (self.run.ended_at - self.run.started_at) / 1000


def runs(choice: Choice, *, as_json: bool) -> None:
    """List the runs."""
    store = open_store(say)
    everything = store.runs(None)
    sweeps = [record for record in everything if record.kind == Kind.SWEEP]
    every_run = [record for record in everything if record.kind == Kind.RUN]
    sweep = sweep_or_last(store, choice.sweep, say) if choice.sweep is not None else None
    chosen, named = _chosen(members(store, sweep) if sweep else every_run, choice)
    listed = _listed(chosen, sweeps, store)
    if as_json:
        write(in_json([_json(one) for one in listed]))
        if not every_run:
            tell_no_runs(store, aside=True)
    elif listed:
        out().print(Fitted(_table(listed, shortest_unique([run.run_id for run in everything]), named)))
    elif every_run:
        out().print(f"no such runs in {store}", soft_wrap=True)
    else:
        tell_no_runs(store, aside=False)


def shortest_unique(ids: Sequence[str]) -> int:
    """Tell how many characters of ids are enough to tell them apart."""
    return next((n for n in range(SHORTEST, 32) if len({i[:n] for i in ids}) == len(set(ids))), 32)


def _chosen(records: Sequence[Run], choice: Choice) -> tuple[list[Run], list[str]]:
    """Choose and order runs; name what they were filtered and ordered by."""
    filters = read_filters(choice.filters, records)
    chosen = [r for r in records if choice.status is None or r.fate == _fate(choice.status)]
    chosen = [run for run in chosen if all(one.holds(run) for one in filters)]
    named = [one.name for one in filters]
    if choice.sort and chosen:
        by, _ = meant_by("--sort", choice.sort, chosen)
        chosen = _sorted(chosen, by, choice)
        named.append(by)
    elif choice.ascending:
        chosen.reverse()
    return chosen[: choice.most], list(dict.fromkeys(named))


def _listed(chosen: Sequence[Run], sweeps: Sequence[Run], store: Store) -> list[Listed]:
    going_on = [run.run_id for run in chosen if run.status is Status.RUNNING]
    reached = store.history(going_on, TOTAL.name) if going_on else {}
    return [
        Listed(
            run,
            next(iter(sweeps_of(run, sweeps)), None),
            max((step for step, _ in reached.get(run.run_id, [])), default=0) if run.run_id in going_on else None,
        )
        for run in chosen
    ]


def _fate(text: str) -> str:
    if text.upper() not in FATES:
        raise ConfigError(f"--status must be one of {', '.join(FATES)}, but got {text!r}")
    return text.upper()


def _sorted(records: Sequence[Run], by: str, choice: Choice) -> list[Run]:
    """Order runs by a metric, the best or the least first, or by a setting or tag; those that lack it come last."""
    settings = {name for record in records for name in record.params}
    metrics = {name for record in records for name in record.metrics} - settings
    if by in metrics and choice.ascending:
        return sorted(records, key=lambda record: _least(record.metrics.get(by)))
    if by in metrics:
        known = measure_named(by, declared_by(records))
        measure = with_direction(known, choice.better) if choice.better else known
        return sorted(records, key=lambda record: -_number(record.metrics.get(by), measure))
    return sorted(records, key=lambda record: place(record.params.get(by, record.own_tags.get(by))))


def _number(value: float | None, measure: Measure) -> float:
    return measure.turned(value) if value is not None and is_usable(value) else -math.inf


def _least(value: float | None) -> float:
    return value if value is not None and is_usable(value) else math.inf


def _json(one: Listed) -> dict[str, object]:
    return {
        "run_id": one.run.run_id,
        "name": one.run.name,
        "status": one.run.fate,
        "epoch": one.epoch,
        "sweep": None if one.sweep is None else {"run_id": one.sweep.run_id, "name": one.sweep.name},
        "started_at": one.run.started_at,
        "seconds": one.seconds,
        "key": one.run.key,
        "params": parse_values(one.run.params),
        "metrics": dict(one.run.metrics),
        "tags": one.run.own_tags,
    }


def _table(listed: Sequence[Listed], id_length: int, named: Sequence[str]) -> Table:
    columns = _columns([one.run for one in listed], named)
    heads = (f"{'run':<{id_length}}  name", "sweep", "status", STARTED, TOOK, *(column for column, _ in columns))
    rows = []
    for one in listed:
        label = f"{one.run.run_id[:id_length]}  {one.run.name}"
        took = "" if one.seconds is None else duration(one.seconds)
        figures = [read(one.run) for _, read in columns]
        rows.append(
            (label, one.sweep.name if one.sweep else "", one.status, moment_told(one.run.started_at), took, *figures)
        )
    return Table("", heads, tuple(rows), names=1, spare=SPARE)


def _columns(records: Sequence[Run], named: Sequence[str]) -> list[tuple[str, Callable[[Run], str]]]:
    """Choose the figures: what is filtered or sorted by, what tasks judge by, and epochs' seconds where there are."""
    by_task = {task: declared_by([r for r in records if r.task == task]) for task in {r.task: None for r in records}}
    settings = [name for name in named if any(name in record.params for record in records)]
    if EPOCHS not in settings and any(EPOCHS in record.params for record in records):
        settings.append(EPOCHS)
    columns: dict[str, Callable[[Run], str]] = {name: partial(_setting, name) for name in settings}
    metrics = {
        name for declared in by_task.values() for one in declared.values() for name in (one.name, one.final.name)
    }
    columns |= {name: partial(_other, name) for name in named if name not in metrics and name not in settings}
    for declared in by_task.values():
        usual = judging(declared.values())[:MOST_FIGURES]
        asked = [one for one in declared.values() if {one.name, one.final.name} & {*named} - {*settings}]
        for one in dict.fromkeys([*usual, *asked]):
            columns[one.narrow_column] = partial(_figure, one, by_task)
    if any(EPOCH_SECONDS.name in declared for declared in by_task.values()):
        columns[EPOCH] = partial(_figure, EPOCH_SECONDS, by_task)
    return [*columns.items()]


def _setting(name: str, record: Run) -> str:
    return record.params.get(name, "")


def _other(name: str, record: Run) -> str:
    return f"{record.metrics[name]:.6g}" if name in record.metrics else record.own_tags.get(name, "")


def _figure(measure: Measure, by_task: Mapping[str, Mapping[str, Measure]], record: Run) -> str:
    """Write a run's value of a metric, if its task means the same by it: of another, a share may be in per cent."""
    known, value = by_task[record.task].get(measure.name), record.metrics.get(measure.name)
    if value is None or known is None or known.unit != measure.unit:
        return ""
    return f"{value:.2f}" if measure.name == EPOCH_SECONDS.name else measure.show(value)
