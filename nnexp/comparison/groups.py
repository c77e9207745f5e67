"""What tells runs apart: the settings that differ, and the runs of each configuration of them, in order and by name.

A configuration is repeated over seeds. Where settings vary that nobody asked to tell apart, the value of a seed is the
mean over them: the seed stays the unit that is counted, so that a sweep never seems to know more than its seeds do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nnexp.config import schema
from nnexp.config.value import parse_value
from nnexp.errors import ConfigError
from nnexp.measure import Measure
from nnexp.statistics.decision import Results
from nnexp.tracking.records import Run, Tag

SEED = schema.SEED
# Settings that decide nothing, and yet tell runs apart, by names that people know: of the preset that a run's settings
# began with, and of its data, whose digest is what decides.
PRESET, DATA_NAME = "experiment", "dataset.name"
UNSET = "not set"

Order = tuple[int, tuple[float, ...], str]


@dataclass(frozen=True)
class Group:
    """The runs of one configuration, and for each seed a number: the mean over settings that are not told apart."""

    values: tuple[str, ...]
    label: str
    runs: tuple[Run, ...]
    per_seed: Mapping[str, float] = field(repr=False)
    lost: frozenset[str] = frozenset()  # the seeds of which a run was lost

    @property
    def results(self) -> Results:
        """Its numbers: those of the seeds of which no run was lost, and those of the others."""
        good = [number for seed, number in self.per_seed.items() if seed not in self.lost]
        return Results(good, [number for seed, number in self.per_seed.items() if seed in self.lost])


def with_defaults(runs: Sequence[Run]) -> list[Run]:
    """Give records that are older than a setting its default, which younger ones of the same task say what it is."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for run in runs:
        at_default = [name for name in run.tags.get(Tag.DEFAULTS, "").split() if name in run.params]
        known[run.task] |= {name: run.params[name] for name in at_default}
    return [replace(run, params=known[run.task] | dict(run.params)) if run.key else run for run in runs]


def setting_of(run: Run, name: str) -> str:
    """Give a run's value of a setting, as it was recorded."""
    return run.params.get(name, UNSET)


def seed_of(run: Run) -> str:
    """Give what tells a run from the others of its configuration: its seed, or its id where it has none."""
    return run.params.get(SEED, run.run_id)


def order(text: str) -> Order:
    """Sort numbers as numbers, then lists of numbers, then words: 30 < 100 < [100, 30] < normal."""
    if text == UNSET:
        return 3, (), text
    value = parse_value(text)
    numbers = _numbers(value)
    return (0 if isinstance(value, int | float) else 1, numbers, "") if numbers else (2, (), text)


def is_number(text: str) -> bool:
    """Tell whether a setting's value is a single number."""
    return order(text)[0] == 0


def typed(text: str) -> int | float | str:
    """Give a setting's value as a number where it is one."""
    value = parse_value(text)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else text


def varying(runs: Sequence[Run]) -> tuple[str, ...]:
    """Name the settings that differ between runs, in alphabetical order; the seed is not one, nor what decides nothing.

    What tells one preset from another is said by their names; only what differs within one is named besides.
    """
    incidental = {name for run in runs for name in run.incidental}
    preset = sorted({PRESET} & incidental)
    apart: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        apart[label_of(run, preset)].append(run)
    names = {name for run in runs for name in run.params} - {SEED} - (incidental - {DATA_NAME})
    within = [
        name for name in names if any(len({setting_of(run, name) for run in part}) > 1 for part in apart.values())
    ]
    return tuple(sorted([*within, *(preset if len(apart) > 1 else [])]))


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


def group(runs: Sequence[Run], by: Sequence[str], measure: Measure, lost: Collection[str] = ()) -> list[Group]:
    """Gather the runs of each configuration of the settings `by`, in natural order; `lost` are ids of runs.

    Where other settings vary too, a seed's number is the mean over those combinations of them that every configuration
    has, if there are any: what one alone has would be held against it, or for it.
    """
    others = [name for name in varying(runs) if name not in by]
    gathered: dict[tuple[str, ...], list[Run]] = defaultdict(list)
    for run in runs:
        gathered[_values(run, by)].append(run)
    had = [{_values(run, others) for run in part} for part in gathered.values()]
    fair = [run for run in runs if all(_values(run, others) in combinations for combinations in had)] or runs
    numbers = {run.run_id: run.metrics[measure.name] for run in fair}
    return [_group(values, by, gathered[values], numbers, lost) for values in sorted(gathered, key=natural)]


def natural(values: Sequence[str]) -> tuple[Order, ...]:
    """Sort configurations by the values of their settings."""
    return tuple(map(order, values))


def label(by: Sequence[str], values: Sequence[str]) -> str:
    """Name a configuration: hidden=100 init=scaled."""
    return " ".join(f"{name}={value}" for name, value in zip(by, values, strict=True)) or "all runs"


def label_of(run: Run, by: Sequence[str]) -> str:
    """Name the configuration that a run is of."""
    return label(by, [setting_of(run, name) for name in by])


def _group(
    values: tuple[str, ...], by: Sequence[str], runs: Sequence[Run], numbers: Mapping[str, float], lost: Collection[str]
) -> Group:
    counted = [run for run in runs if run.run_id in numbers]
    seeds: dict[str, list[float]] = defaultdict(list)
    for run in counted:
        seeds[seed_of(run)].append(numbers[run.run_id])
    per_seed = {seed: float(np.mean(seeds[seed])) for seed in sorted(seeds, key=order)}
    losing = frozenset(seed_of(run) for run in counted if run.run_id in lost)
    return Group(values, label(by, values), tuple(runs), per_seed, losing)


def _values(run: Run, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(setting_of(run, name) for name in names)


def _numbers(parsed: object) -> tuple[float, ...]:
    if isinstance(parsed, int | float) and not isinstance(parsed, bool):
        return (float(parsed),)
    return tuple(x for item in parsed for x in _numbers(item)) if isinstance(parsed, list) else ()
