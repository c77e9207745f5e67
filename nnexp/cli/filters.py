"""What a person asks of runs that are listed: `hidden=30,100`, `eta>=0.5`, `final/test_accuracy>0.95`, `init!=normal`.

A metric also goes by the head of its column, in per cent: `val>95`. Values are compared as values: 3 is 3.0, [10,5] is
[10, 5], and a list of one value is that value.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from nnexp.config.value import format_value, parse_value
from nnexp.errors import ConfigError
from nnexp.measure import Measure
from nnexp.report.prose.finding import listed
from nnexp.tracking.records import Run, declared_by
from nnexp.undeclared import measure_named

WRITTEN = re.compile(r"(?P<name>[^=<>!]+)(?P<sign>!=|<=|>=|=|<|>)(?P<value>.*)", re.DOTALL)
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Filter:
    """One condition on a setting, a metric or a tag; a run that lacks it does not meet the condition."""

    name: str
    sign: str
    values: tuple[Any, ...]  # any of which it is; of an order, one number
    factor: float = 1.0  # what a metric is multiplied by before it is compared

    def holds(self, run: Run) -> bool:
        """Tell whether a run meets it."""
        text = run.params.get(self.name, run.own_tags.get(self.name))
        if self.name in run.metrics and self.name not in run.params:
            found: Any = run.metrics[self.name] * self.factor
        elif text is not None:
            found = parse_value(text)
        else:
            return False
        if self.sign in ORDER:
            return is_number(found) and ORDER[self.sign](found, self.values[0])
        return any(value in (found, [found]) for value in self.values) == (self.sign == "=")


def read_filters(written: Iterable[str], runs: Sequence[Run]) -> list[Filter]:
    """Read conditions on runs.

    Raises
    ------
    ConfigError
        For what is none, or names nothing that the runs have.
    """
    return [_in_its_unit(_read(condition), runs) for condition in written]


def meant_by(what: str, name: str, runs: Sequence[Run]) -> tuple[str, Measure | None]:
    """Give the setting, metric or tag of the runs that a name is; of the head of a column, also what is measured.

    Raises
    ------
    ConfigError
        If it is none; which was meant, where that can be told.
    """
    known = {name for run in runs for name in (*run.params, *run.metrics, *run.own_tags)}
    if not known or name in known:
        return name, None
    heads = {
        head.removesuffix(" %"): one.final
        for one in declared_by(runs).values()
        if one.final.name in known
        for head in (one.column, one.narrow_column)
    }
    if name in heads:
        return heads[name].name, heads[name]
    near = get_close_matches(name, [*known, *heads], n=1)
    settings = sorted({name for run in runs for name in run.params})
    meant = f"did you mean {near[0]}?" if near else f"there are {listed([*heads, *settings])}"
    raise ConfigError(f"{what} must name a setting, a metric or a tag of the runs, but got {name!r}; {meant}")


def is_number(value: Any) -> bool:
    """Tell whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def place(text: str | None) -> tuple[int, Any]:
    """Give the place of a setting's value among others: numbers by their size, then lists, words, and what has none."""
    value = None if text is None else parse_value(text)
    if is_number(value):
        return 0, value
    if isinstance(value, list):
        return 1, [place(format_value(one)) for one in value]
    return (2, text) if text is not None else (3, "")


def _in_its_unit(one: Filter, runs: Sequence[Run]) -> Filter:
    """Compare what is named as its column is headed in the unit of the column: in per cent."""
    name, measure = meant_by("a filter", one.name, runs)
    if measure:
        return replace(one, name=name, factor=measure.factor)
    known = measure_named(name, declared_by(runs))
    if one.sign in ORDER and known.is_fraction and abs(one.values[0]) > 1:
        head = known.narrow_column.removesuffix(" %")
        raise ConfigError(
            f"{name} is kept as a share, {one.values[0] / 100:g} for {one.values[0]:g} %; or write "
            f"'{head}{one.sign}{one.values[0]:g}'"
        )
    return one


def _read(condition: str) -> Filter:
    found = WRITTEN.fullmatch(condition)
    if not found:
        raise ConfigError(f"a filter must look like hidden=30, hidden=30,100 or 'eta>=0.5', but got {condition!r}")
    name, sign, text = found["name"].strip(), found["sign"], found["value"].strip()
    if sign not in ORDER:
        return Filter(name, sign, tuple(map(parse_value, dict.fromkeys([text, *_parts(text)]))))
    number = parse_value(text)
    if not is_number(number):
        raise ConfigError(f"behind {name}{sign} must stand a number, but got {text!r}")
    return Filter(name, sign, (number,))


def _parts(text: str) -> list[str]:
    """Part values at the commas that stand in no list."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "[") - (sign == "]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]
