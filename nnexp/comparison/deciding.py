"""What decides a comparison: which metric, and why that one.

Settings are chosen by what their task declares to choose by. What is only reported, such as an accuracy on the test
set, decides where not every configuration has that, or where a person asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from nnexp.comparison.eligible import with_number
from nnexp.comparison.groups import label_of
from nnexp.errors import ConfigError
from nnexp.measure import CHOOSE, DOWN, REPORT, UP, Measure, judging
from nnexp.tracking.records import Run, declared_by
from nnexp.undeclared import TEST, is_of, measure_named

DIRECTIONS = {"low": DOWN, "high": UP}  # as a person says which way is better

Declared = Mapping[str, Measure]  # by name


@dataclass(frozen=True)
class Deciding:
    """The metric that decides; whether a person asked for it, and what it stands in for, if not."""

    measure: Measure
    asked: bool = False
    instead_of: Measure | None = None  # what is declared to choose by, and not every configuration has
    some_have_it: bool = False  # whether any run has that

    @property
    def is_reported_only(self) -> bool:
        """Whether it is nothing to choose by: it is declared so, or is of the test set."""
        return self.measure.purpose == REPORT or self.is_of_the_test_set

    @property
    def is_of_the_test_set(self) -> bool:
        """Whether it is of the test set, by its name."""
        return is_of(self.measure.history, TEST)


def reported(declared: Declared, beside: Measure | None = None) -> Measure | None:
    """Find what is reported: beside what decides, what is of its kind, if there is any."""
    known = [one.final for one in judging(declared.values(), [REPORT])]
    alike = (one for one in known if beside and one.noun == beside.noun)
    return next(alike, known[0] if known else None)


def besides(declared: Declared, decides: Measure, beside: Measure | None) -> tuple[Measure, ...]:
    """List what else settings are declared to be judged by."""
    told = {decides.history, beside.history if beside else ""}
    known = [one for one in judging(declared.values()) if not one.guessed]
    return tuple(one.final for one in known if one.history not in told)


def deciding(runs: Sequence[Run], by: Sequence[str], metric: str | None = None, better: str | None = None) -> Deciding:
    """Choose what decides: the metric asked for, or the first to choose by that every configuration has.

    Raises
    ------
    ConfigError
        If the runs do not have the metric asked for, or if `better` is no direction.
    """
    found = _deciding(runs, by, metric)
    return replace(found, measure=with_direction(found.measure, better)) if better else found


def with_direction(measure: Measure, better: str) -> Measure:
    """Turn a metric to the way that a person says is better: low or high.

    Raises
    ------
    ConfigError
        For anything else.
    """
    if better not in DIRECTIONS:
        raise ConfigError(f"better must be low or high, but got {better!r}")
    return replace(measure, better=DIRECTIONS[better], guessed=False)


def _deciding(runs: Sequence[Run], by: Sequence[str], metric: str | None) -> Deciding:
    declared = declared_by(runs)
    if metric is not None:
        return Deciding(_asked(runs, metric, declared), asked=True)
    choosers = [one.final for one in judging(declared.values(), [CHOOSE])]
    fitting = next((one for one in choosers if _every_configuration_has(runs, by, one)), None)
    if fitting:
        return Deciding(fitting)
    first = choosers[0] if choosers else None
    told = reported(declared)
    if told is None:
        return Deciding(first or _first(declared))
    return Deciding(told, instead_of=first, some_have_it=first is not None and bool(with_number(runs, first)[0]))


def _first(declared: Declared) -> Measure:
    """Take the first metric of a task that declares neither what to choose by nor what to report."""
    first = next(iter(declared.values()))
    return first.final if first.purpose else first


def _asked(runs: Sequence[Run], metric: str, declared: Declared) -> Measure:
    known = sorted({name for run in runs for name in run.metrics})
    if metric not in known:
        near = get_close_matches(metric, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        shown = ", ".join(dict.fromkeys(_shown(name, declared) for name in known))
        raise ConfigError(f"metric must be one that the runs have ({shown}), but got {metric!r}{meant}")
    return measure_named(metric, declared, [run.metrics[metric] for run in runs if metric in run.metrics])


def _shown(name: str, declared: Declared) -> str:
    """Write a metric's name; of those that are declared by one name, once: val/recall/…"""
    above = f"{name.rpartition('/')[0]}/"
    return f"{above}…" if above in declared else name


def _every_configuration_has(runs: Sequence[Run], by: Sequence[str], measure: Measure) -> bool:
    having, _ = with_number(runs, measure)
    return {label_of(run, by) for run in having} == {label_of(run, by) for run in runs}
