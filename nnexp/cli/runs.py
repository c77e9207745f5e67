"""`nnexp runs`: the runs, newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from rich.table import Table

from nnexp.cli.console import out
from nnexp.cli.store import open_store
from nnexp.tracking.records import RunRecord


def runs(*, as_json: bool) -> None:
    """List the runs."""
    records = open_store().runs()
    if as_json:
        print(json.dumps([_json(record) for record in records], indent=2))  # noqa: T201
    elif records:
        out().print(_table(records))
    else:
        out().print("no runs yet: nnexp train makes one")


def _json(record: RunRecord) -> dict[str, object]:
    return {
        "run_id": record.run_id,
        "name": record.name,
        "status": record.status,
        "key": record.key,
        "params": dict(record.params),
        "metrics": dict(record.metrics),
    }


def _table(records: Sequence[RunRecord]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("run", "name", "status", "started"):
        table.add_column(column, no_wrap=column != "name")
    for column in ("epochs", "val %", "test %", "s an epoch"):
        table.add_column(column, justify="right")
    for record in records:
        table.add_row(record.run_id[:8], record.name, record.status, _time(record.started_at), *_figures(record))
    return table


def _figures(record: RunRecord) -> list[str]:
    def figure(name: str, style: str) -> str:
        return format(record.metrics[name], style) if name in record.metrics else ""

    percent = [figure(name, ".2%").rstrip("%") for name in ("val/accuracy", "test/accuracy")]
    return [record.params.get("epochs", ""), *percent, figure("time/epoch_s", ".2f")]


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000).strftime("%Y-%m-%d %H:%M")
