"""A source that adds seeds only where they decide: the runs of one look after those of another, until it is over.

What a look finds depends on nothing but what the runs say that were asked for up to it, all of which must have ended; a
run that failed says nothing. So whatever order they end in, and however often the launch is killed, the same runs make
the same looks. Looks whose runs are all finished already are made at once.

It knows no statistics: a judge is handed in.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from nnexp.recording.identity import finished_run
from nnexp.statistics.looks import LOOKS, Look
from nnexp.sweep.ledger import Ledger
from nnexp.sweep.seeds import Runs
from nnexp.sweep.source import Decision, Reused
from nnexp.tracking.records import Run
from nnexp.training.events import Epoch, Event, Failed, Finished, Started, WorkerLost
from nnexp.training.spec import RunSpec


class Judge(Protocol):
    """Looks at the finished runs of each setting, with the seeds of this look and the difference that matters."""

    def __call__(
        self,
        settings: Mapping[str, Sequence[Run]],
        seeds: int,
        *,
        worthwhile: float | None = None,
        metric: str | None = None,
    ) -> Look | None:
        """Give what was found; None where there are no two to compare."""


class UntilDecided:
    """Gives the runs of a look; when all of them have ended, looks, and gives those of the next."""

    def __init__(self, runs: Runs, known: Ledger, judge: Judge, *, worthwhile: float | None = None) -> None:
        self.looks: list[int] = []  # the seeds of each look that was made
        self.last: Look | None = None  # what the last of them found
        self.is_over = False
        self.asked: dict[str, list[RunSpec]] = {name: [] for name in runs}  # by setting, up to the present look
        self._runs = runs
        self._done = dict(known.done)
        self._stale = known.stale
        self._judge = judge
        self._worthwhile = worthwhile
        self._waiting: deque[RunSpec] = deque()
        self._ended: dict[str, Run | None] = {}  # by key; None: it failed
        self._epochs: dict[str, list[Epoch]] = defaultdict(list)
        self._tell: Callable[[], None] = lambda: None
        self._ask(list(runs), LOOKS[0])
        self._look_on()

    @property
    def taken(self) -> list[RunSpec]:
        """The runs that were asked for so far, whether they were done already or not."""
        return [run for runs in self.asked.values() for run in runs]

    @property
    def ended(self) -> int:
        """How many of them have come to their end."""
        return len(self._ended)

    @property
    def ledger(self) -> Ledger:
        """Those of them that were done already, and those that wait."""
        done = {run.key: self._done[run.key] for run in self.taken if run.key in self._done}
        return Ledger(done, self.left(), self._stale)

    @property
    def at_most(self) -> list[RunSpec]:
        """The runs that are to do still if no look before the last one ends it."""
        every = [run for runs in self._runs.values() for run in runs[: LOOKS[-1]]]
        return [] if self.is_over else [run for run in every if run.key not in self._done]

    @property
    def runs_at_most(self) -> int:
        """How many runs are to do still if no look before the last one ends it."""
        return len(self.at_most)

    def follow(self, tell: Callable[[], None]) -> None:
        """Have somebody told of every look from now on."""
        self._tell = tell

    def next(self) -> RunSpec | None:
        """Give the next run of this look; look when all have ended."""
        self._look_on()
        return self._waiting.popleft() if self._waiting else None

    def hear(self, run: RunSpec, event: Event | Reused) -> Decision:
        """Keep what a run reaches, and let it come to its end."""
        match event:
            case Started():
                self._epochs[run.key].clear()
            case Epoch():
                self._epochs[run.key].append(event)
            case Finished():
                self._ended[run.key] = finished_run(run, self._epochs.pop(run.key, []), event)
            case Reused():
                self._ended[run.key] = self._done[run.key] = event.record
            case Failed() | WorkerLost():
                self._ended[run.key] = None
        return Decision.GO_ON

    def left(self) -> tuple[RunSpec, ...]:
        """List the runs of this look that were never given."""
        return tuple(self._waiting)

    def _ask(self, names: Sequence[str], seeds: int) -> None:
        """Ask for runs of these settings up to so many seeds, a seed after the other."""
        self._seeds = seeds
        for place in range(seeds):
            for run in (self._runs[name][place] for name in names if place >= len(self.asked[name])):
                if run.key in self._done:
                    self._ended[run.key] = self._done[run.key]
                else:
                    self._waiting.append(run)
        for name in names:
            self.asked[name] = list(self._runs[name][:seeds])

    def _look_on(self) -> None:
        while not self.is_over and all(run.key in self._ended for run in self.taken):
            said = {name: [self._ended[run.key] for run in runs] for name, runs in self.asked.items()}
            finished = {name: [run for run in runs if run is not None] for name, runs in said.items()}
            self.last = self._judge(finished, self._seeds, worthwhile=self._worthwhile)
            self.looks.append(self._seeds)
            self.is_over = self.last is None or self.last.ending is not None
            if self.last is not None and not self.is_over:
                self._ask(self.last.more, self.last.up_to)
            self._tell()
