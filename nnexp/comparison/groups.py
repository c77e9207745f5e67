"""What tells runs apart: the settings that differ, their order and their names, and the runs under each.

Runs are repeated over seeds. Where settings vary that the reader did not ask to tell apart, a seed's value is the
mean over them: the seed stays the unit that is counted, so that a sweep never seems to know more than its seeds do.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nnexp.errors import ConfigError
from nnexp.tracking.records import Run

SEED = "seed"
EXPERIMENT = "experiment"
UNSET = "not set"
_NO_SETTING = {SEED, "dataset.path"}  # the place of a file changes nothing: its digest is compared instead

Order = tuple[int, tuple[float, ...], str]


@dataclass(frozen=True)
class Group:
    """The runs of one setting. `units` gives, for each seed, the value of each combination of the other settings."""

    values: tuple[str, ...]
    label: str
    runs: tuple[Run, ...]
    units: Mapping[str, Mapping[tuple[str, ...], float]] = field(repr=False)

    @property
    def per_unit(self) -> list[float]:
        """One value a seed."""
        return [float(np.mean(list(values.values()))) for values in self.units.values()]


def value(run: Run, name: str) -> str:
    """Give a run's value of a setting, as it was recorded."""
    return run.params.get(name, UNSET)


def order(text: str) -> Order:
    """Sort numbers as numbers, then lists of numbers, then words: 30 < 100 < [100, 30] < normal."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return 3 if text == UNSET else 2, (), text
    numbers = _numbers(parsed)
    return (0 if isinstance(parsed, int | float) else 1, numbers, "") if numbers else (2, (), text)


def is_number(text: str) -> bool:
    """Tell whether a setting's value is a single number."""
    return order(text)[0] == 0


def varying(runs: Sequence[Run]) -> tuple[str, ...]:
    """Name the settings that differ between runs, in alphabetical order; the seed is not one.

    What tells one experiment from another is said by their names; only what differs within one is named besides.
    """
    apart: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        apart[value(run, EXPERIMENT)].append(run)
    names = {name for run in runs for name in run.params} - _NO_SETTING - {EXPERIMENT}
    within = [name for name in names if any(len({value(run, name) for run in part}) > 1 for part in apart.values())]
    return tuple(sorted([*within, *([EXPERIMENT] if len(apart) > 1 else [])]))


def check_names(names: Sequence[str], runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the names if every one is a setting of some run.

    Raises
    ------
    ConfigError
        If one is not.
    """
    known = sorted({name for run in runs for name in run.params})
    for name in names:
        if name not in known:
            raise ConfigError(f"by must name settings of the runs ({', '.join(known)}), but got {name!r}")
    return tuple(names)


def group(runs: Sequence[Run], by: Sequence[str], metric: str) -> list[Group]:
    """Gather the runs under each combination of the settings `by`, in natural order."""
    others = [name for name in varying(runs) if name not in by]
    gathered: dict[tuple[str, ...], list[Run]] = defaultdict(list)
    for run in runs:
        gathered[tuple(value(run, name) for name in by)].append(run)
    keys = sorted(gathered, key=lambda values: tuple(map(order, values)))
    return [Group(key, label(by, key), tuple(gathered[key]), _units(gathered[key], by, others, metric)) for key in keys]


def label(by: Sequence[str], values: Sequence[str]) -> str:
    """Name a setting: hidden=100 init=scaled."""
    return " ".join(f"{name}={value}" for name, value in zip(by, values, strict=True)) or "all runs"


def find(groups: Sequence[Group], text: str) -> Group:
    """Find a setting by its name (hidden=100) or by its values alone (100).

    Raises
    ------
    ConfigError
        If there is none.
    """
    wanted = _squeezed(text)
    for candidate in groups:
        if wanted in (_squeezed(candidate.label), _squeezed("".join(candidate.values))):
            return candidate
    names = ", ".join(candidate.label for candidate in groups[:10])
    raise ConfigError(f"baseline must be one of the settings compared ({names}), but got {text!r}")


def _units(
    runs: Sequence[Run], by: Sequence[str], others: Sequence[str], metric: str
) -> dict[str, dict[tuple[str, ...], float]]:
    found: dict[str, dict[tuple[str, ...], list[float]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        rest = tuple(value(run, name) for name in others)
        unit = " ".join(rest) if SEED in by else run.params.get(SEED, run.run_id)
        found[unit][rest].append(run.metrics[metric])
    return {unit: {rest: float(np.mean(x)) for rest, x in found[unit].items()} for unit in sorted(found, key=order)}


def _numbers(parsed: object) -> tuple[float, ...]:
    if isinstance(parsed, int | float) and not isinstance(parsed, bool):
        return (float(parsed),)
    return tuple(x for item in parsed for x in _numbers(item)) if isinstance(parsed, list) else ()


def _squeezed(text: str) -> str:
    return text.replace(" ", "").replace(",", "")
