"""The runs of a launch as they stand in the store, where processes elsewhere read what is to do.

They stand in tags of the sweep's own run, since its artifacts may lie where nobody else can reach. What stands there is
data: settings, and the key that they come to where the sweep was launched. Whoever reads it works the key out by its
own code and data. What they have in common, shared_task.py writes and reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nnexp.config.value import parse_value
from nnexp.errors import NnexpError
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.shared_task import write_closed, write_common
from nnexp.tasks.task import Task
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import Store
from nnexp.training.spec import RunSpec

LONGEST = 6000  # characters of a tag: MLflow cuts off what is beyond 8000
PLAN = "plan.jsonl"  # an artifact of the sweep's own run: whoever cannot read it cannot write artifacts there either


class SharedPlan:
    """Writes runs into tags, each once: those that are known at first, and those that are asked for later.

    What all share stands there once: the settings of the first run. A run whose settings are too long is left out.
    """

    def __init__(self, runs: Iterable[RunSpec], *, closed: str = "", apart: Iterable[str] = ()) -> None:
        """Take the runs that are known, the keys of those that are not shared, and why none is, if that is so."""
        self.tags = {Tag.PLAN: write_closed(closed)} if closed else {}
        self._base: dict[str, Any] = {}
        self._keys = {*apart}
        self.is_open = not closed
        self.more(runs)

    def more(self, runs: Iterable[RunSpec]) -> dict[str, str]:
        """Share more runs; give the tags that are to be written for them."""
        new = [run for run in runs if self.is_open and run.key not in self._keys]
        self._keys |= {run.key for run in new}
        tags = {} if self.tags or not new else self._begin(new[0])
        for block in _blocks(self._line(run) for run in new):
            tags[Tag.planned(len(self.tags | tags))] = block
        self.tags |= tags
        return tags

    def _begin(self, first: RunSpec) -> dict[str, str]:
        self._base = first.task.schema.flat(first.config)
        return {Tag.PLAN: write_common(first)}

    def _line(self, run: RunSpec) -> str:
        flat = run.task.schema.flat(run.config)
        own = {name: value for name, value in flat.items() if value != self._base[name]}
        return json.dumps({"name": run.name, "key": run.key, "settings": own})


@dataclass(frozen=True)
class Row:
    """A run that was shared: its name, its key where it was planned, and its settings."""

    name: str
    key: str
    settings: Mapping[str, Any]


def read_rows(sweep: Run, begin: int = 1) -> Iterator[list[Row]]:
    """Read the runs that a sweep shares, a list for each tag, from the tag of a number on."""
    number = begin
    while block := sweep.tags.get(Tag.planned(number)):
        yield [row for line in block.splitlines() if (row := _row(parse_value(line)))]
        number += 1


def blank(tags: Iterable[str]) -> dict[str, str]:
    """Give the tags that clear what a launch shared: nobody needs it when it is over."""
    return {name: "" for name in tags if name.startswith(Tag.PLAN)}


def leave(shared: SharedPlan, plan: Plan, parent_id: str, store: Store) -> None:
    """Keep the runs as an artifact too, as far as they are known; what keeps it from that, the first run will say."""
    if not (shared.is_open and shared.tags):
        return
    try:
        file = plan.runs[0].folder.parent / PLAN
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{text}\n" for text in shared.tags.values()), encoding="ascii")
        store.save(parent_id, [file])
    except (NnexpError, OSError):
        pass


def closed(plan: Plan, policy: Policy, task: Task) -> str:
    """Say why nobody else may take runs of a sweep of a task; nothing if they may."""
    if plan.search:
        return "it is a search"
    if policy.fresh:
        return "it trains afresh what is finished"
    jobs = any(run.task is not task for run in plan.runs)  # each has what its settings do not tell
    return "its runs are jobs of a Hydra application, which its own command alone makes" if jobs else ""


def _row(found: Any) -> Row | None:
    """Take a line for a run; None for what is none."""
    match found:
        case {"name": str(name), "key": str(key), "settings": dict(settings)}:
            return Row(name, key, settings)
    return None


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    """Put lines together into texts that a tag can hold."""
    block = ""
    for line in lines:
        if len(line) > LONGEST:
            continue
        if block and len(block) + 1 + len(line) > LONGEST:
            yield block
            block = ""
        block = f"{block}\n{line}" if block else line
    if block:
        yield block
