"""What stands above a comparison: what was swept and what was not, on which data, when, and as which sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import PurePath

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import DATA_NAME, SEED, order, setting_of, varying
from nnexp.comparison.origin import digests
from nnexp.comparison.searched import Searched
from nnexp.tracking.records import Kind, Run, Tag
from nnexp.tracking.store import RunStore
from nnexp.tracking.sweeps import latest_first, mark_of

MOST_VALUES = 12
DATA_PATH, UNGIVEN = "dataset.path", "null"
NOT_USED = ("null", "None", "[]", "false")  # values of settings that are left alone


def facts(comparison: Comparison, store: RunStore | None) -> list[tuple[str, str]]:
    """Give pairs of a name and a value."""
    return _told(comparison.runs, _swept(comparison), store, _held)


def brief_facts(comparison: Comparison, store: RunStore | None) -> list[tuple[str, str]]:
    """Give them for a terminal: of what was held fixed, what somebody chose."""
    return _told(comparison.runs, _swept(comparison), store, _chosen)


def search_facts(found: Searched, store: RunStore | None) -> list[tuple[str, str]]:
    """Give them of a search, for a terminal."""
    space = "; ".join(f"{name} = {dimension.typed}" for name, dimension in found.space.items())
    return _told(found.tried, space, store, _chosen)


def _told(
    runs: Sequence[Run], swept: str, store: RunStore | None, held: Callable[[Sequence[Run]], str]
) -> list[tuple[str, str]]:
    if not runs:
        return []
    sweep = _sweep(runs, store) if store else None
    told = [
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
    return "; ".join(_over(runs, name) for name in dict.fromkeys((*comparison.by, SEED)) if _known(runs, name))


def _known(runs: Sequence[Run], name: str) -> bool:
    return any(name in run.params for run in runs)


def _over(runs: Sequence[Run], name: str) -> str:
    values = sorted({setting_of(run, name) for run in runs}, key=order)
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return f"{name} = {', '.join(values[:MOST_VALUES])}{more}"


def _held(runs: Sequence[Run]) -> str:
    """List the settings that every run shares: first those that somebody set, then those at their defaults."""
    chosen, others = _shared(runs)
    return _settings(runs[0], [*chosen, *(name for name in others if setting_of(runs[0], name) not in NOT_USED)])


def _chosen(runs: Sequence[Run]) -> str:
    """List those that somebody set, and say where the others stand."""
    chosen, others = _shared(runs)
    rest = f"{len(others)} at their defaults (nnexp show {runs[0].run_id[:8]})" if others else ""
    return " and ".join(part for part in (_settings(runs[0], chosen), rest) if part)


def _shared(runs: Sequence[Run]) -> tuple[list[str], list[str]]:
    """Name the settings that every run shares: those that somebody set, and those at their defaults."""
    apart, incidental = {*varying(runs), SEED}, {name for run in runs for name in run.incidental}
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
    first, last = (datetime.fromtimestamp(moment / 1000).strftime("%Y-%m-%d %H:%M") for moment in (began, ended))
    return first if first == last else f"{first} to {last}"


def _sweep(runs: Sequence[Run], store: RunStore) -> Run | None:
    """Find the sweep that all runs belong to: of several, one that has no others, and the last one launched."""
    holding = [one for one in latest_first(store.runs(Kind.SWEEP)) if all(mark_of(one) in run.tags for run in runs)]
    whole = [one for one in holding if one.params.get("runs") == str(len(runs))]
    return next(iter([*whole, *holding]), None)
