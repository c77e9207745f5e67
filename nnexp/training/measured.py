"""From what a task measured to the event of an epoch; and whether two of them tell of the same bits."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from nnexp.errors import DataError
from nnexp.measure import TOTAL, judging
from nnexp.names import LONGEST, is_metric
from nnexp.tasks.task import Measured, Task
from nnexp.training.events import Epoch, Kept
from nnexp.undeclared import is_timed

SHA256 = re.compile(r"[0-9a-f]{64}")


def epoch_of(task: Task, number: int, measured: Measured, seconds: float, before: Kept | None = None) -> Epoch:
    """Make the event of an epoch, with the seconds that the run took up to it."""
    metrics = numbers(measured.metrics)
    digest = _digest(task, measured.digest, metrics)
    return Epoch(number, metrics | {TOTAL.name: seconds}, digest, before=before)


def numbers(found: Mapping[str, float]) -> dict[str, float]:
    """Take metrics as plain numbers by plain names.

    Raises
    ------
    DataError
        For a name that no store keeps, or that another metric has but for its slashes; for what is no number.
    """
    taken = {str(name): _number(str(name), value) for name, value in found.items()}
    summed: dict[str, str] = {}
    for name in taken:
        other = summed.setdefault(_sum_of(name), name)
        if other != name:
            raise DataError(f"two metrics must differ in more than a slash, but there are {other} and {name}")
    return taken


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise DataError(f"the metric {name} must be a number, but is {str(value)[:80]!r}") from error


@lru_cache(maxsize=1024)
def _sum_of(name: str) -> str:
    """Check a name, and give what it is called once it is summed up."""
    if not is_metric(name):
        raise DataError(
            f"a metric's name must be of letters, digits, spaces and _ . - / : alone, none of its parts empty, at "
            f"most {LONGEST} characters, but is {name[:LONGEST]!r}; no store keeps another"
        )
    return name.replace("/", "_")


def parting(task: Task, found: Epoch, then: Epoch) -> str:
    """Say in what an epoch came out otherwise than it did then, times aside; empty if it came out the same."""
    now, before = _exact(task, found.metrics), _exact(task, then.metrics)
    differing = [name for name in {**now, **before} if now.get(name) != before.get(name)]
    if differing:
        chosen = [one.name for one in judging(task.measures) if one.name in differing]
        name = [*chosen, *differing][0]
        return f"{name} {found.metrics.get(name)} instead of {then.metrics.get(name)}"
    return "" if found.digest == then.digest else f"digest {found.digest[:12]} instead of {then.digest[:12]}"


def _digest(task: Task, digest: str, metrics: Mapping[str, float]) -> str:
    """Take the digest that the task gives; where it gives none, digest the epoch's metrics, less its times."""
    if SHA256.fullmatch(digest):
        return digest
    text = digest or json.dumps(_exact(task, metrics), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _exact(task: Task, metrics: Mapping[str, float]) -> dict[str, str]:
    timed = {measure.name: measure.is_timed for measure in task.measures}
    return {name: value.hex() for name, value in metrics.items() if not timed.get(name, is_timed(name))}
