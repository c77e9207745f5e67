"""The launch policy: which run starts when, what a failure means, and when to stop. Written once, above executors.

It knows neither Hydra nor MLflow: runs come as a list, events come from an executor, and each run's recorder knows
where its record goes.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nnexp.recording.recorder import Recorder
from nnexp.sweep.executors.executor import Executor
from nnexp.sweep.interrupt import Interrupt
from nnexp.sweep.plan import PlannedRun
from nnexp.sweep.policy import Policy
from nnexp.sweep.watcher import Watcher
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Killed, Started, WorkerLost

TICK_S = 0.2  # how soon an interrupt or a timeout is noticed


@dataclass
class Attempt:
    """One try at a run."""

    run: PlannedRun
    number: int  # from 1
    recorder: Recorder | None = None
    started: float = 0.0


@dataclass(frozen=True)
class Failure:
    """A run that did not finish."""

    name: str
    epoch: int  # the last one that it completed
    error: str
    folder: str


@dataclass
class Outcome:
    """What became of a launch."""

    finished: list[str] = field(default_factory=list)  # keys
    failures: list[Failure] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    left: list[PlannedRun] = field(default_factory=list)  # never started
    unsent: int = 0  # runs whose results the store has not been told
    seconds: float = 0.0
    interrupted: int | None = None  # the signal

    @property
    def exit_status(self) -> int:
        """What a shell expects of a command that was ended by a signal."""
        return 128 + (self.interrupted or 0)


class Launch:
    """One launch of a list of runs."""

    def __init__(
        self,
        executor: Executor,
        policy: Policy,
        make_recorder: Callable[[PlannedRun, int], Recorder],
        watcher: Watcher,
        *,
        estimate: Callable[[PlannedRun], float] | None = None,
    ) -> None:
        self._executor = executor
        self._policy = policy
        self._make_recorder = make_recorder
        self._watcher = watcher
        self._estimate = estimate
        self._running: dict[int, Attempt] = {}
        self._waiting: deque[Attempt] = deque()
        self._outcome = Outcome()
        self._began = time.monotonic()

    def run(self, runs: Sequence[PlannedRun]) -> Outcome:
        """Run them all, as far as the policy, the runs and the person at the keyboard allow.

        Raises
        ------
        KeyboardInterrupt
            At a second Ctrl-C; every process is gone by then.
        """
        self._waiting = deque(Attempt(run, 1) for run in runs)
        try:
            with Interrupt() as interrupt:
                while self._fill(interrupt):
                    for number, event in self._executor.wait(TICK_S):
                        self._hear(number, _stopped(event) if interrupt.asked else event, interrupt)
                    self._tick()
                    if interrupt.fresh:
                        self._watcher.say("runs end at their next epoch; once more ends them at once")
                        self._executor.stop()
                self._outcome.interrupted = interrupt.signal
        finally:
            self._executor.close()
            self._abandon()
        self._outcome.left = [attempt.run for attempt in self._waiting]
        self._outcome.seconds = time.monotonic() - self._began
        return self._outcome

    def _fill(self, interrupt: Interrupt) -> bool:
        """Start what may be started; tell whether anything is going on."""
        while len(self._running) < self._executor.slots and not (interrupt.asked or self._given_up()):
            attempt = self._affordable()
            if attempt is None:
                break
            self._waiting.remove(attempt)
            self._start(attempt)
        return bool(self._running)

    def _given_up(self) -> bool:
        allowed = self._policy.failures_allowed
        return allowed is not None and len(self._outcome.failures) >= allowed

    def _affordable(self) -> Attempt | None:
        """Find the next run that fits into the budget."""
        if self._policy.budget_s is None or self._estimate is None:
            return self._waiting[0] if self._waiting else None
        left = self._policy.budget_s - (time.monotonic() - self._began)
        return next((attempt for attempt in self._waiting if self._estimate(attempt.run) <= left), None)

    def _start(self, attempt: Attempt) -> None:
        number = attempt.run.number
        attempt.recorder = self._make_recorder(attempt.run, attempt.number)
        attempt.started = time.monotonic()
        self._running[number] = attempt
        self._executor.start(number, attempt.run.prepared.config)
        self._watcher.started(attempt.run)

    def _hear(self, number: int, event: Event, interrupt: Interrupt) -> None:
        attempt = self._running[number]
        assert attempt.recorder is not None
        if isinstance(event, Ending):
            del self._running[number]
        if isinstance(event, Finished):
            self._fill(interrupt)  # its worker need not wait until the store has been told
        attempt.recorder.record(event)
        if isinstance(event, Started):
            attempt.started = time.monotonic()  # its worker may just have had to be made
        elif isinstance(event, Epoch):
            self._watcher.epoch(attempt.run, event)
        elif isinstance(event, Ending):
            self._end(attempt, attempt.recorder, event)

    def _end(self, attempt: Attempt, recorder: Recorder, ending: Ending) -> None:
        self._outcome.unsent += recorder.pending
        again = self._tries(ending) > attempt.number
        self._watcher.ended(attempt.run, ending, again=again)
        match ending:
            case Finished():
                self._outcome.finished.append(attempt.run.key)
            case Killed():
                self._outcome.killed.append(attempt.run.key)
            case _ if again:
                self._waiting.append(Attempt(attempt.run, attempt.number + 1))
            case _:
                failure = Failure(attempt.run.name, len(recorder.results), ending.error, str(recorder.folder.path))
                self._outcome.failures.append(failure)

    def _tries(self, ending: Ending) -> int:
        """Count how often a run may be tried that ended so."""
        match ending:
            case WorkerLost(retry=True):
                return 1 + max(1, self._policy.retries)
            case Failed():
                return 1 + self._policy.retries
            case _:
                return 1

    def _tick(self) -> None:
        """Send what is due, and end the runs that took too long."""
        limit = self._policy.timeout_s
        late = WorkerLost(f"it took longer than timeout={self._policy.timeout}", retry=False)
        for number, attempt in self._running.items():
            if attempt.recorder:
                attempt.recorder.tick()
            if limit is not None and time.monotonic() - attempt.started > limit:
                self._executor.kill(number, late)

    def _abandon(self) -> None:
        """Record the runs that a second Ctrl-C, or a defect of ours, cut off."""
        for attempt in self._running.values():
            if attempt.recorder:
                attempt.recorder.record(Killed())


def _stopped(event: Event) -> Event:
    """Take a worker that vanished during an interrupt for stopped: a SIGTERM may have met the whole process group."""
    return Killed(event.error, event.time) if isinstance(event, WorkerLost) else event
