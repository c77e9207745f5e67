"""A point that a search asked for, and what became of it; as text, in which the store remembers it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from nnexp.search.space import Point

TRIAL = "nnexp.trial."  # and a number
LONGEST = 8  # digits of it


class State(StrEnum):
    """What became of a point."""

    COMPLETE = "complete"
    PRUNED = "pruned"  # it was not worth going on with, by what it reached in its first epochs
    CLOSED = "closed"  # it loses to another, on the seeds that both had
    FAILED = "failed"


@dataclass
class Trial:
    """One point: it is going on until it has a state."""

    number: int  # from 0, in the order in which they were asked for
    point: Point
    after: Sequence[int]  # the points of which was learnt between the one before and this one, in that order
    state: State | None = None
    value: float | None = None  # the mean over its seeds
    why: str = ""  # it failed

    @property
    def name(self) -> str:
        """The point as it would be typed."""
        return name_of(self.point)


def name_of(point: Point) -> str:
    """Write a point as it would be typed."""
    return " ".join(f"{name}={value}" for name, value in point.items())


def write_trial(trial: Trial) -> tuple[str, str]:
    """Write what the store remembers of a point, as a tag of its search: name and text."""
    kept = {"point": dict(trial.point), "after": list(trial.after)}
    over = {"state": trial.state, "value": trial.value, "why": trial.why[:500]} if trial.state else {}
    return f"{TRIAL}{trial.number:04}", json.dumps(kept | over)


def read_trials(tags: Mapping[str, str]) -> list[Trial]:
    """Read points back from the tags of a search, from the first to the last before one that is missing or damaged."""
    numbers = {name.removeprefix(TRIAL): text for name, text in tags.items() if name.startswith(TRIAL)}
    texts = {int(number): text for number, text in numbers.items() if number.isdecimal() and len(number) < LONGEST}
    trials: list[Trial] = []
    while (text := texts.get(len(trials))) is not None and (trial := _read(len(trials), text)) is not None:
        trials.append(trial)
    return trials


def _read(number: int, text: str) -> Trial | None:
    try:
        found = json.loads(text)
        point = {str(name): str(value) for name, value in found["point"].items()}
        after = [int(one) for one in found["after"]]
        state, value = State(found["state"]) if "state" in found else None, found.get("value")
        if value is not None and not isfinite(value):
            return None
        if not all(0 <= one < number for one in after):
            return None
        return Trial(number, point, after, state, None if value is None else float(value), str(found.get("why", "")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
