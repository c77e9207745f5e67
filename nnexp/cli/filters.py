"""What a person asks of runs that are listed: `hidden=30,100`, `eta>=0.5`, `final/test_accuracy>0.95`, `init!=normal`.

Values are compared as values: 3 is 3.0, [10,5] is [10, 5], and a list of one value is that value.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from nnexp.config.value import format_value, parse_value
from nnexp.errors import ConfigError
from nnexp.tracking.records import Run

WRITTEN = re.compile(r"(?P<name>[^=<>!]+)(?P<sign>!=|<=|>=|=|<|>)(?P<value>.*)", re.DOTALL)
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Filter:
    """One condition on a setting or a metric; a run that lacks it does not meet the condition."""

    name: str
    sign: str
    values: tuple[Any, ...]  # any of which it is; of an order, one number

    def holds(self, run: Run) -> bool:
        """Tell whether a run meets it."""
        found = parse_value(run.params[self.name]) if self.name in run.params else run.metrics.get(self.name)
        if found is None and self.name not in run.params:
            return False
        if self.sign in ORDER:
            return is_number(found) and ORDER[self.sign](found, self.values[0])
        return any(value in (found, [found]) for value in self.values) == (self.sign == "=")


def read_filters(written: Iterable[str], runs: Sequence[Run]) -> list[Filter]:
    """Read conditions on runs.

    Raises
    ------
    ConfigError
        For what is none, or names neither a setting nor a metric of the runs.
    """
    filters = [_read(condition) for condition in written]
    known = {name for run in runs for name in (*run.params, *run.metrics)}
    for each in filters:
        check_name("a filter", each.name, known)
    return filters


def check_name(what: str, name: str, known: Collection[str]) -> None:
    """Refuse a name that neither a setting nor a metric of the runs has, and say which was meant."""
    if known and name not in known:
        near = get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
        raise ConfigError(f"{what} must name a setting or a metric of the runs, but got {name!r}; {meant}")


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
