"""A run that was trained and recorded, in memory, with means to change its record and to train it again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnexp.archive.proof import Verdict
from nnexp.archive.run import Archive
from nnexp.recording.begin import new_recorder
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.policy import Policy
from nnexp.sweep.rerun import Rerun, archived, plan_rerun, run_reruns
from nnexp.tasks.known import TASKS
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Run
from nnexp.training.spec import make_spec
from tests.plans import Diary, events_of


class Quiet(Diary):
    """A watcher to whom there must be nothing to say."""

    def say(self, line):
        raise AssertionError(line)


@dataclasses.dataclass
class Case:
    """One recorded run and the store that holds it."""

    store: MemoryStore
    folder: Path

    @property
    def run(self) -> Run:
        return self.store.runs()[0]

    @property
    def rerun(self) -> Run:
        return self.store.runs(Kind.RERUN)[0]

    def json(self, name: str) -> Any:
        return json.loads(self.store.artifact(self.run.run_id, name))

    def write(self, name: str, content: bytes) -> None:
        """Replace one artifact."""
        file = self.folder / name
        file.write_bytes(content)
        self.store.save(self.run.run_id, [file])

    def set(self, **settings: Any) -> None:
        """Change settings in config.json."""
        config = self.json("config.json")
        config["settings"] |= settings
        self.write("config.json", json.dumps(config).encode())

    def set_environment(self, **fields: str) -> None:
        """Change fields of environment.json."""
        environment = self.json("environment.json")
        environment["environment"] |= fields
        self.write("environment.json", json.dumps(environment).encode())

    def alter_digest(self, epoch: int) -> None:
        """Change one epoch's digest in epochs.jsonl."""
        lines = self.store.artifact(self.run.run_id, "epochs.jsonl").decode().splitlines()
        line = json.loads(lines[epoch - 1])
        line["digest"] = "0" * 64
        lines[epoch - 1] = json.dumps(line)
        self.write("epochs.jsonl", "\n".join(lines).encode())

    def verify(self, run: Run | None = None, *, until: int | None = None, here: bool = False) -> Verdict:
        """Do what `nnexp rerun` does."""
        read = archived(run or self.run, self.store, TASKS)
        planned = plan_rerun(0, read, Path("reruns"), until=until, here=here) if isinstance(read, Archive) else read
        if not isinstance(planned, Rerun):
            return planned
        verdicts, _ = run_reruns([planned], self.store, InProcessExecutor(), Quiet(), Policy())
        return verdicts[0]


@pytest.fixture
def recorded(tiny: Callable[..., Any], tmp_path: Path) -> Callable[..., Case]:
    """Train and record a run."""

    def recorded(**settings: Any) -> Case:
        store = MemoryStore()
        recorder = new_recorder(make_spec(NETWORK, tiny(**settings)), tmp_path / "run", store, say=Quiet().say)
        for event in events_of(tiny(**settings)):
            recorder.record(event)
        (tmp_path / "artifacts").mkdir()
        return Case(store, tmp_path / "artifacts")

    return recorded
