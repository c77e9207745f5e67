"""What a line of a command's output says: its epoch, and numbers with names.

    {"epoch": 3, "loss": 0.25}
    Epoch 3/10 - loss: 0.25 - val_acc: 0.91
    [3]  valid_0's auc: 0.93
    epoch=3 train/loss=2.5e-1

Numbers with names stand in many lines that are no results: addresses, times of day, paths, durations, sizes, the
arguments that a script was called with. These are passed over. A duration without its unit is a metric of time, which
no two runs have alike.
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

LONGEST = 250  # characters of a metric's name
MOST = 10_000  # characters of a line; a longer one, if it is no record, says nothing
NO_METRICS = ("pid", "port")
COUNTERS = ("epoch", "iteration", "iter", "round", "global_step", "step")  # the first that a line has is its number

_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan\b|inf(?:inity)?\b)"
_WORD = r"[A-Za-z_][\w.'@/+-]*"
_UNIT = r"(?:s|ms|us|µs|ns|secs?|seconds?|m|mins?|minutes?|h|hours?|it/s|[KMGT]?i?B|bytes|\w+/s(?:ec)?)"
PAIR = re.compile(
    rf"(?<![\w./\\:'\"@%+-])(?P<name>(?:{_WORD} ){{0,2}}{_WORD})"
    r"(?:\s*=\s*|\s*:\s+|:(?=[-+]?\d*\.\d|nan\b|inf\b))"
    rf"(?P<value>{_NUMBER})(?:/(?P<of>\d+))?(?![\w:/\\@]|[.-]\w|\s?{_UNIT}(?![\w/]))",
    re.IGNORECASE,
)
COUNTED = re.compile(
    rf"(?<![\w-])(?P<what>{'|'.join(COUNTERS)})\b\s*[:=#]?\s*[\[(]?\s*(?P<number>\d+)(?![\d.]*\w)", re.IGNORECASE
)
LEADING = re.compile(r"\s*\[(\d+)\]\s")
ADDRESS = re.compile(r"(?<!\w)\w+://\S+")
LEVEL = re.compile(r"\b(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL)\b:?")
DURATION = re.compile(r"(?:^|[_\W])(?:time|elapsed|duration|took|runtime|s|secs?|seconds)$", re.IGNORECASE)
SHARE = re.compile(r"acc(uracy)?$", re.IGNORECASE)  # of which 9843/10000 is a value
CLOSING = {"(": ")", "{": "}"}


@dataclass(frozen=True)
class Said:
    """What a line says: where training stands, by what is counted, and metrics."""

    at: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


def read_line(line: str) -> Said:
    """Read a line; most say nothing."""
    line = line.rstrip("\r").rpartition("\r")[2]  # of a bar that is drawn again and again, what stands there last
    record = _record(line)
    if record is not None or len(line) > MOST:
        return read_record(record or {})
    line = LEVEL.sub(" ", _without_calls(ADDRESS.sub(" ", line)))
    return Said(_counted(line), dict(_pairs(line)))


def read_record(record: Mapping[str, Any]) -> Said:
    """Read named values, of a line in JSON or of a row of a table; what is within another has a slash in its name."""
    numbers = dict(_numbers(record))
    at = {name: int(value) for name, value in numbers.items() if name.lower() in COUNTERS and isfinite(value)}
    found = next(({name: number} for name, number in _by_rank(at)), {})
    return Said(found, {name: value for name, value in numbers.items() if name not in at})


def metric_name(written: str) -> str:
    """Give a metric's name as every store can keep it: `valid_0's auc` is valid_0_auc; times are time/…."""
    name = re.sub(r"[^\w.\-/]+", "_", re.sub(r"'s\b", "", written.strip()))
    name = posixpath.normpath(name).strip("./-")[:LONGEST] if name else ""
    return f"time/{name}" if DURATION.search(name) and not name.startswith("time/") else name


def _record(line: str) -> Mapping[str, Any] | None:
    """Give the object that a line is: of JSON, or a dictionary of Python's that says its epoch or step."""
    text = line.strip()
    if not (text.startswith("{") and text.endswith("}")):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            return None
        return found if isinstance(found, dict) and {*COUNTERS} & {*map(str, found)} else None
    return found if isinstance(found, dict) else None


def _numbers(record: Mapping[Any, Any], within: str = "") -> Iterator[tuple[str, float]]:
    for key, value in record.items():
        name = metric_name(f"{within}{key}")
        if isinstance(value, dict):
            yield from _numbers(value, f"{name}/")
        elif isinstance(value, int | float) and not isinstance(value, bool) and name:
            yield name, float(value) if abs(value) < 1e300 or isinstance(value, float) else float("inf")


def _counted(line: str) -> dict[str, int]:
    leading = LEADING.match(line)
    if leading:
        return {"round": int(leading[1])}
    at = {found["what"].lower(): int(found["number"]) for found in COUNTED.finditer(line)}
    return next(({name: number} for name, number in _by_rank(at)), {})


def _by_rank(at: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(at.items(), key=lambda one: COUNTERS.index(one[0].lower()))


def _pairs(line: str) -> Iterator[tuple[str, float]]:
    for found in PAIR.finditer(line):
        name, of = metric_name(found["name"]), found["of"]
        last = re.split(r"[_\W]", name.lower())[-1]
        counts = last in (*COUNTERS, *NO_METRICS) or name.lower() in COUNTERS
        if not name or counts or (of is not None and not (SHARE.search(name) and int(of))):
            continue
        yield name, float(found["value"]) / (int(of) if of else 1)


def _without_calls(line: str) -> str:
    """Leave out what stands in braces, and in the brackets of a call: `Namespace(lr=0.1)`, `{'lr': 0.1}`."""
    kept, closing, depth = [], "", 0
    for before, sign in zip(f" {line}", line, strict=False):
        if depth:
            depth += (sign == _OPENING[closing]) - (sign == closing)
        elif sign == "{" or (sign == "(" and (before.isalnum() or before == "_")):
            closing, depth = CLOSING[sign], 1
            kept.append(" ")
        else:
            kept.append(sign)
    return "".join(kept)


_OPENING = {closing: opening for opening, closing in CLOSING.items()}
