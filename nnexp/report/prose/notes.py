"""What a reader has to know about the runs to read the figures rightly: a sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nnexp.comparison.contrast import Contrast
from nnexp.comparison.groups import SEED, Group, label, value, varying
from nnexp.measure import count
from nnexp.statistics.estimates import FEWEST, PAIRED, WELCH
from nnexp.tracking.records import Run, Tag


def about(by: Sequence[str], groups: Sequence[Group], found: Sequence[Contrast], target: float | None) -> list[str]:
    """Say what limits a comparison."""
    candidates = (_averaged(by, groups), _seeds(by, groups), _unpaired(found), _environments(groups), _target(target))
    return [sentence for sentence in candidates if sentence]


def lost(given: Sequence[Run], counted: Sequence[Run], by: Sequence[str] | None) -> list[str]:
    """Name the settings of which no run counts: they are not in the table, and that is news."""
    names = varying(given) if by is None else by
    missing = dict.fromkeys(_labels(given, names))
    for kept in _labels(counted, names):
        missing.pop(kept, None)
    return [f"No run that counts: {_listed(missing)}."] if missing else []


def _labels(runs: Sequence[Run], names: Sequence[str]) -> list[str]:
    return [label(names, [value(run, name) for name in names]) for run in runs]


def _averaged(by: Sequence[str], groups: Sequence[Group]) -> str:
    others = [name for name in varying([run for one in groups for run in one.runs]) if name not in by]
    if not others:
        return ""
    return f"Not told apart, but averaged within each seed: {_listed(others)}. Name it in --by to tell it apart."


def _seeds(by: Sequence[str], groups: Sequence[Group]) -> str:
    if SEED in by:
        return ""
    if all(len(one.units) == 1 for one in groups):
        return "One seed a setting: there is no spread to judge by."
    if len({frozenset(one.units) for one in groups}) == 1:
        return ""
    fewest, most = min(groups, key=lambda one: len(one.units)), max(groups, key=lambda one: len(one.units))
    numbers = f"{fewest.label} has {len(fewest.units)}, {most.label} {len(most.units)}"
    unequal = f" ({numbers})" if fewest is not most else ""
    return f"The settings do not have the same seeds{unequal}: a paired difference counts the shared ones alone."


def _unpaired(found: Sequence[Contrast]) -> str:
    unpaired = [one.setting for one in found if one.estimate.method == WELCH and one.is_tested]
    if not unpaired:
        return ""
    return (
        f"Fewer than {FEWEST} seeds shared with the baseline: {_listed(unpaired)}. "
        f"Compared without pairs, by Welch's t-test instead of the {PAIRED}-test."
    )


def _environments(groups: Sequence[Group]) -> str:
    environments = {run.tags.get(Tag.ENVIRONMENT, "") for one in groups for run in one.runs}
    if len(environments) < 2:
        return ""
    return (
        f"The runs come from {count(len(environments), 'environment')} (machine, BLAS, versions): mind their seconds."
    )


def _target(target: float | None) -> str:
    if target is None:
        return ""
    return (
        f"Epochs and seconds to {100 * target:g} % are medians over all runs, with those that never reach it as never."
    )


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
