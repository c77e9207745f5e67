"""What stands above a comparison: what was swept and what was not, on which data, when, and as which sweep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import PurePath

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import DATA_NAME, SEED, order, setting_of, varying
from nnexp.comparison.origin import digests
from nnexp.comparison.searched import Searched
from nnexp.comparison.sweep_of import sweep_of
from nnexp.measure import count
from nnexp.tracking.records import Kind, Run, Status, Tag
from nnexp.tracking.store import RunStore
from nnexp.tracking.sweeps import mark_of

MOST_VALUES = 12
MINUTE = "%Y-%m-%d %H:%M"
DATA_PATH, UNGIVEN = "dataset.path", "null"
NOT_USED = ("null", "None", "[]", "false")  # values of settings that are left alone


def facts(comparison: Comparison, store: RunStore | None, found: Searched | None = None) -> list[tuple[str, str]]:
    """Give pairs of a name and a value; of a search the space that it searched."""
    if found:
        return _told(found.tried, _space(found), store, lambda runs: _held(runs, found.space))
    return _told(comparison.runs, _swept(comparison), store, _held)


def brief_facts(comparison: Comparison, store: RunStore | None) -> list[tuple[str, str]]:
    """Give them for a terminal: of what was held fixed, what somebody chose."""
    return _told(comparison.runs, _swept(comparison), store, _chosen)


def search_facts(found: Searched, store: RunStore | None) -> list[tuple[str, str]]:
    """Give them of a search, for a terminal."""
    return _told(found.tried, _space(found), store, lambda runs: _chosen(runs, found.space))


def _space(found: Searched) -> str:
    return "; ".join(f"{name} = {dimension.typed}" for name, dimension in found.space.items())


def _told(
    runs: Sequence[Run], swept: str, store: RunStore | None, held: Callable[[Sequence[Run]], str]
) -> list[tuple[str, str]]:
    if not runs:
        return []
    sweep = sweep_of(runs, store) if store else None
    told = [
        ("state", _state(sweep, store) if sweep and store else ""),
        ("swept", swept),
        ("held", held(runs)),
        ("data", _data(runs)),
        ("when", _when(runs)),
        ("sweep", f"{sweep.name} {sweep.run_id[:8]}" if sweep else ""),
        ("command", sweep.tags.get(Tag.COMMAND, "") if sweep else ""),
    ]
    return [(name, value) for name, value in told if value]


def _swept(comparison: Comparison) -> str:
    runs = comparison.runs
    over = [_over(runs, name) for name in dict.fromkeys((*comparison.by, SEED)) if _known(runs, name)]
    return "; ".join(over if len(runs) > 1 else ["nothing", *over])


def _known(runs: Sequence[Run], name: str) -> bool:
    return any(name in run.params for run in runs)


def _over(runs: Sequence[Run], name: str) -> str:
    values = sorted({setting_of(run, name) for run in runs}, key=order)
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return f"{name} = {', '.join(values[:MOST_VALUES])}{more}"


def _held(runs: Sequence[Run], swept: Collection[str] = ()) -> str:
    """List the settings that every run shares: first those that somebody set, then those at their defaults."""
    chosen, others = _shared(runs, swept)
    return _settings(runs[0], [*chosen, *(name for name in others if setting_of(runs[0], name) not in NOT_USED)])


def _chosen(runs: Sequence[Run], swept: Collection[str] = ()) -> str:
    """List those that somebody set, and say where the others stand."""
    chosen, others = _shared(runs, swept)
    rest = f"{len(others)} at their defaults (nnexp show {runs[0].run_id[:8]})" if others else ""
    return " and ".join(part for part in (_settings(runs[0], chosen), rest) if part)


def _shared(runs: Sequence[Run], swept: Collection[str]) -> tuple[list[str], list[str]]:
    """Name the settings that every run shares: those that somebody set, and those at their defaults."""
    apart, incidental = {*varying(runs), *swept, SEED}, {name for run in runs for name in run.incidental}
    names = [name for name in runs[0].params if name not in apart and name not in incidental]
    shared = [name for name in names if len({setting_of(run, name) for run in runs}) == 1]
    usual = set(runs[0].tags.get(Tag.DEFAULTS, "").split())
    return [name for name in shared if name not in usual], [name for name in shared if name in usual]


def _settings(run: Run, names: Sequence[str]) -> str:
    return " ".join(f"{name}={setting_of(run, name)}" for name in names)


def data_of(run: Run) -> str:
    """Name the data of a run: the file or folder that somebody gave, else what is set; empty where nothing is."""
    path = run.params.get(DATA_PATH, UNGIVEN)
    return run.params.get(DATA_NAME, "") if path == UNGIVEN else PurePath(path).name


def _data(runs: Sequence[Run]) -> str:
    names = sorted({data_of(run) for run in runs} - {""})
    return " ".join(filter(None, (", ".join(names), digests(runs, Tag.DATA))))


def _when(runs: Sequence[Run]) -> str:
    began, ended = min(run.started_at for run in runs), max(run.ended_at or run.started_at for run in runs)
    first, last = (datetime.fromtimestamp(moment / 1000) for moment in (began, ended))
    if f"{first:{MINUTE}}" == f"{last:{MINUTE}}":
        return f"{first:{MINUTE}}"
    return f"{first:{MINUTE}} to {last:{MINUTE if last.date() != first.date() else '%H:%M'}}"


def _state(sweep: Run, store: RunStore) -> str:
    """Say of a sweep that stopped before its end how far it came; of one that goes on the answer says so."""
    if sweep.status not in (Status.KILLED, Status.FAILED):
        return ""
    wanted = sweep.params.get("runs", "")
    if not wanted.isdecimal():  # a search
        return "unfinished"
    done = len({run.key for run in store.runs(Kind.RUN, tags={mark_of(sweep): Tag.YES}) if run.is_finished})
    return f"unfinished: {done:,} of {count(int(wanted), 'run')}"
