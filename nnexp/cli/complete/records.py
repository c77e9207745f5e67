"""What the store holds that may stand on a command line: sweeps, runs, settings and metrics. It is only read."""

from __future__ import annotations

from collections.abc import Iterable

from nnexp.cli.complete.described import network_settings
from nnexp.cli.complete.settings import Found
from nnexp.sweep.called import SHORT, moment_told, names_of, sweeps_of
from nnexp.sweep.find import RUNS
from nnexp.tracking.choose import store_at_hand
from nnexp.tracking.records import Kind, Run
from nnexp.tracking.sweeps import latest_first, launched_at

MOST = 200  # that are listed; more nobody reads


def runs(incomplete: str) -> Found:
    """Give the runs by their ids, the newest first; by their names, where one of these is begun."""
    return _runs(_records(), incomplete)


def sweeps(incomplete: str) -> Found:
    """Give the sweeps by their names, the last one first; by their ids, where one of these is begun."""
    return _sweeps(_records(), incomplete)


def runs_and_sweeps(incomplete: str) -> Found:
    """Give both, sweeps first."""
    records = _records()
    return [*_sweeps(records, incomplete), *_runs(records, incomplete)]


def conditions(incomplete: str) -> Found:
    """Give filters of runs: the names of settings and metrics, and behind one the values that there are."""
    name, equals, typed = incomplete.partition("=")
    before, comma, _ = typed.rpartition(",")
    found = _trained()
    if equals:
        values = dict.fromkeys(record.params[name] for record in found if name in record.params)
        return [(f"{name}={before}{comma}{value}", "") for value in values if value not in before.split(",")]
    return [(f"{one}=", "a setting") for one in _keys(found, "params")] + [
        (f"{one}=", "a metric; also > >= < <=, in quotes") for one in _keys(found, "metrics")
    ]


def sorted_by(incomplete: str) -> Found:
    """Give what runs can be sorted by."""
    found = _trained()
    names = [
        *((one, "a metric") for one in _keys(found, "metrics")),
        *((one, "a setting") for one in _keys(found, "params")),
    ]
    return [(one, what) for one, what in names if one.startswith(incomplete)]


def settings(incomplete: str) -> Found:
    """Give the names of settings, one after the other with commas between them: what runs have, or else a network."""
    before, comma, name = incomplete.rpartition(",")
    names = _keys(_trained(), "params") or [one.name for one in network_settings()]
    taken = before.split(",")
    return [(f"{before}{comma}{one}", "") for one in names if one.startswith(name) and one not in taken]


def metrics(incomplete: str) -> Found:
    """Give the metrics that runs have."""
    return [(name, "") for name in _keys(_trained(), "metrics") if name.startswith(incomplete)]


def _records() -> list[Run]:
    store = store_at_hand()
    return store.runs(None) if store else []


def _trained() -> list[Run]:
    return [record for record in _records() if record.kind == Kind.RUN]


def _keys(records: Iterable[Run], of: str) -> list[str]:
    return [*dict.fromkeys(name for record in records for name in getattr(record, of))]


def _sweeps(records: list[Run], incomplete: str) -> Found:
    latest = latest_first(record for record in records if record.kind == Kind.SWEEP)
    named: dict[str, str] = {}
    for sweep in latest:
        told = f"sweep {sweep.run_id[:SHORT]}, {moment_told(launched_at(sweep))}, {sweep.status}"
        for name in names_of(sweep):
            named.setdefault(name, told)
    ids = {sweep.run_id: f"sweep {sweep.name}, {moment_told(launched_at(sweep))}" for sweep in latest if incomplete}
    found = {name: told for name, told in {**named, **ids}.items() if name.startswith(incomplete)}
    return [(name if name in named else _short(name, incomplete), told) for name, told in found.items()][:MOST]


def _runs(records: list[Run], incomplete: str) -> Found:
    sweeps = [record for record in records if record.kind == Kind.SWEEP]
    found = [record for record in records if record.kind in RUNS]
    if begun := [record for record in found if record.run_id.startswith(incomplete)][:MOST]:
        return [(_short(record.run_id, incomplete), _told(record, sweeps)) for record in begun]
    named = [record for record in found if record.name.startswith(incomplete)][:MOST]
    return [(record.name, _told(record, sweeps)) for record in named]


def _short(run_id: str, incomplete: str) -> str:
    return run_id[: max(SHORT, len(incomplete))]


def _told(run: Run, sweeps: list[Run]) -> str:
    of = next((f" of {sweep.name}" for sweep in sweeps_of(run, sweeps)), "")
    return f"{run.name}{of}, {run.fate}, {moment_told(run.started_at)}"
