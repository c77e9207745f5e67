"""Plans of runs that take milliseconds, and a watcher that writes down what it hears."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from nnexp.recording.files import CHECKPOINT, read_arrays
from nnexp.sweep.plan import Plan, make_plan
from nnexp.sweep.survey import Survey
from nnexp.sweep.watcher import Estimate
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tasks.network.task import NETWORK
from nnexp.training.checkpoint import Checkpoint, unpack
from nnexp.training.events import Ending, Epoch, Event
from nnexp.training.execute import execute
from nnexp.training.spec import RunSpec


def events_of(config: Config) -> Iterator[Event]:
    """Train a config of the network here, and give its events."""
    return execute(NETWORK, SCHEMA.values(config))


def checkpoint_of(events: Iterable[Event]) -> Checkpoint:
    """Give what a run is gone on from that ended after these events, none of which was its end."""
    epochs = [event for event in events if isinstance(event, Epoch)]
    following = next(epoch for epoch in reversed(epochs) if epoch.before)
    assert following.before
    number, state = unpack(read_arrays(CHECKPOINT, following.before.state))
    assert number == following.number - 1
    return Checkpoint("1a2b", tuple(epochs[:number]), state, following)


@pytest.fixture
def plan(tiny: Callable[..., Config], tmp_path: Path) -> Callable[..., Plan]:
    """Plan runs that differ by their seeds, or by whatever is given."""

    def plan(*varying: dict[str, object], seeds: int = 0, **settings: object) -> Plan:
        chosen = varying or tuple({"seed": seed} for seed in range(seeds))
        jobs = [
            (number, tiny(**{**settings, **some}), tmp_path / "out" / str(number)) for number, some in enumerate(chosen)
        ]
        return make_plan("tiny", NETWORK, jobs)

    return plan


class Diary:
    """A watcher that writes everything down."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.epochs = 0
        self.shown = ""
        self.surveys: list[Survey] = []
        self.watched: list[tuple[int, ...]] = []
        self.looks_on = False

    def surveyed(self, survey: Survey) -> None:
        self.surveys.append(survey)

    @contextmanager
    def watching(self, runs: Sequence[RunSpec], estimate: Estimate) -> Iterator[None]:
        self.watched.append(tuple(run.number for run in runs))
        self.looks_on = True
        try:
            yield
        finally:
            self.looks_on = False

    def reused(self, run: RunSpec) -> None:
        self.lines.append(f"reused {run.name}")

    def more(self, runs: Sequence[RunSpec]) -> None:
        self.watched.append(tuple(run.number for run in runs))

    def started(self, run: RunSpec) -> None:
        self.lines.append(f"start {run.number}")

    def epoch(self, run: RunSpec, event: Epoch) -> None:
        self.epochs += 1

    def printed(self, run: RunSpec, text: str) -> None:
        self.shown += text

    def ended(self, run: RunSpec, ending: Ending, *, again: bool) -> None:
        self.lines.append(f"{type(ending).__name__} {run.number}" + (" again" if again else ""))

    def say(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def diary() -> Diary:
    return Diary()
