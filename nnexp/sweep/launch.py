"""The launch policy: which run starts when, what a failure means, and when to stop. Written once, above executors.

It knows neither Hydra nor MLflow: runs come from a source, events from an executor, the time from a clock that it is
handed, and each run's recorder knows where its record goes.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from nnexp.recording.recorder import Recorder
from nnexp.sweep.attempt import Attempt, tries
from nnexp.sweep.executors.executor import Executor
from nnexp.sweep.interrupt import Interrupt
from nnexp.sweep.outcome import Failure, Outcome
from nnexp.sweep.policy import Policy
from nnexp.sweep.source import Decision, Expecting, Reused, Source
from nnexp.sweep.turns import NoTurns, Turn, Turns
from nnexp.sweep.watcher import Watcher
from nnexp.tracking.records import Run
from nnexp.training.events import (
    Changed,
    Ending,
    Epoch,
    Event,
    Finished,
    Killed,
    Printed,
    Pruned,
    Resumed,
    Started,
    WorkerLost,
)
from nnexp.training.spec import RunSpec

TICK_S = 0.2  # how soon an interrupt or a timeout is noticed


class Launch:
    """One launch of the runs of a source."""

    def __init__(
        self,
        executor: Executor,
        policy: Policy,
        make_recorder: Callable[[RunSpec, int], Recorder],
        watcher: Watcher,
        *,
        turns: Turns | None = None,
        going_on: Callable[[RunSpec], RunSpec] | None = None,
        estimate: Callable[[RunSpec], float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executor = executor
        self._policy = policy
        self._make_recorder = make_recorder
        self._watcher = watcher
        self._turns = turns or NoTurns()
        self._going_on = going_on or (lambda run: run)  # which gives a run with its checkpoint
        self._estimate = estimate
        self._clock = clock
        self._running: dict[int, Attempt] = {}
        self._again: deque[Attempt] = deque()  # runs that are to be tried once more, after all others
        self._elsewhere: deque[Attempt] = deque()  # runs that another process trains
        self._passed_over: list[RunSpec] = []  # runs that did not fit into what was left of the budget
        self._stale = False  # whether code or data are no longer those of the plan
        self._spent = False  # whether there is nothing more to ask the source for
        self._outcome = Outcome()
        self._began = clock()

    def run(self, source: Source, interrupt: Interrupt | None = None) -> Outcome:
        """Run what the source gives, as far as the policy, the runs and the person at the keyboard allow.

        `interrupt` is one that was entered before, and may have noted a signal already.

        Raises
        ------
        KeyboardInterrupt
            At a second Ctrl-C; every process is gone by then.
        """
        try:
            with nullcontext(interrupt) if interrupt else Interrupt() as interrupt:
                while self._fill(source, interrupt):
                    with interrupt.waiting():
                        events = self._wait()
                    for number, event in events:
                        self._hear(number, _stopped(event) if interrupt.asked else event, source, interrupt)
                    self._tick()
                    if interrupt.fresh:
                        for number in self._running:
                            self._executor.stop(number, Killed())
                        self._watcher.say("runs end at their next epoch; once more ends them at once")
                self._outcome.interrupted = interrupt.signal
        finally:
            self._executor.close()
            self._abandon()
        put_off = [attempt.run for attempt in (*self._again, *self._elsewhere)]
        self._outcome.left = [*self._passed_over, *source.left(), *put_off]
        self._outcome.seconds = self._clock() - self._began
        return self._outcome

    def _fill(self, source: Source, interrupt: Interrupt) -> bool:
        """Start what may be started; tell whether anything is going on, here or elsewhere."""
        while len(self._running) < self._executor.slots and not (interrupt.asked or self._given_up()):
            attempt = self._next(source)
            if attempt is None:
                break
            self._begin(attempt, source)
        reused = len(self._outcome.reused)
        for _ in range(len(self._elsewhere)):
            if len(self._running) == self._executor.slots or interrupt.asked or self._given_up():
                break
            self._begin(self._elsewhere.popleft(), source)
        if len(self._outcome.reused) > reused:
            return self._fill(source, interrupt)  # which may have had the source ask for more
        if self._running or interrupt.asked or self._given_up():
            return bool(self._running)
        return bool(self._elsewhere) or (isinstance(source, Expecting) and source.expects_more())

    def _begin(self, attempt: Attempt, source: Source) -> None:
        """Start a run, unless another process trains it, or has done so."""
        match self._turns.take(attempt.run):
            case Turn.OURS:
                self._start(attempt)
            case Turn.LEFT:
                self._start(replace(attempt, run=self._going_on(attempt.run)))
            case Turn.ELSEWHERE:
                if not attempt.waited:
                    self._watcher.say(f"{attempt.run.name} is being trained by another process; it is waited for")
                attempt.waited = True
                self._elsewhere.append(attempt)
            case Run() as record:
                self._outcome.reused.append(record)
                source.hear(attempt.run, Reused(record))
                self._watcher.reused(attempt.run)

    def _wait(self) -> list[tuple[int, Event]]:
        """Wait for events; where all that is going on goes on elsewhere, for a moment."""
        if self._running:
            return self._executor.wait(TICK_S)
        time.sleep(TICK_S)
        return []

    def _given_up(self) -> bool:
        allowed = self._policy.failures_allowed
        return self._stale or (allowed is not None and len(self._outcome.failures) >= allowed)

    def _next(self, source: Source) -> Attempt | None:
        """Find the next run that fits into the budget; those that are tried again come last."""
        while not self._spent and (run := source.next()) is not None:
            if self._fits(going := self._going_on(run)):
                return Attempt(going, 1)
            self._passed_over.append(run)
            self._spent = not source.left()  # a source that knows no end is not asked for another
        fitting = (attempt for attempt in self._again if self._fits(attempt.run))
        attempt = next(fitting, None)
        if attempt is not None:
            self._again.remove(attempt)
        return attempt

    def _fits(self, run: RunSpec) -> bool:
        if self._policy.budget_s is None or self._estimate is None:
            return True
        return self._estimate(run) <= self._policy.budget_s - (self._clock() - self._began)

    def _start(self, attempt: Attempt) -> None:
        attempt.recorder = self._make_recorder(attempt.run, attempt.number)
        attempt.started = self._clock() + self._executor.starting_s
        self._running[attempt.run.number] = attempt
        self._executor.start(attempt.recorder.told(attempt.run))
        self._watcher.started(attempt.run)

    def _hear(self, number: int, event: Event, source: Source, interrupt: Interrupt) -> None:
        attempt = self._running[number]
        assert attempt.recorder is not None
        if isinstance(event, Printed):
            attempt.recorder.keep(event)
            self._watcher.printed(attempt.run, event.text)
            return
        if isinstance(event, Ending):
            del self._running[number]
        again = isinstance(event, Ending) and tries(event, self._policy.retries) > attempt.number
        attempt.recorder.keep(event)
        if isinstance(event, Epoch):
            event = replace(event, before=None)  # which was kept, and may be large
        try:
            decision = Decision.GO_ON if again else source.hear(attempt.run, event)
            if isinstance(event, Finished):
                self._fill(source, interrupt)  # its worker need not wait until the store has been told
        finally:
            attempt.recorder.pass_on(event)
        if isinstance(event, Started):
            attempt.started = self._clock()
        elif isinstance(event, Resumed) and event.error:
            attempt.run = replace(attempt.run, checkpoint=None)
        elif isinstance(event, Epoch):
            self._watcher.epoch(attempt.run, event)
            if decision is Decision.STOP:
                self._executor.stop(number, Pruned(f"pruned after epoch {event.number}"))
        elif isinstance(event, Ending):
            self._end(attempt, attempt.recorder, event, again=again)

    def _end(self, attempt: Attempt, recorder: Recorder, ending: Ending, *, again: bool) -> None:
        self._turns.let_go(attempt.run)  # which has been recorded
        self._outcome.unsent += recorder.pending
        self._watcher.ended(attempt.run, ending, again=again)
        match ending:
            case Finished():
                self._outcome.finished.append(attempt.run.key)
            case Pruned():
                self._outcome.pruned.append(attempt.run.key)
            case Killed():
                self._outcome.killed.append(attempt.run.key)
            case _ if again:
                self._again.append(Attempt(attempt.run, attempt.number + 1))
            case _:
                if isinstance(ending, Changed) and not self._stale:
                    self._stale = True
                    told = f"{attempt.run.name}: {ending.error}; nothing more is started"
                    self._watcher.say(f"{told}: the same command again plans anew")
                failure = Failure(attempt.run.name, len(recorder.epochs), ending.error, str(recorder.folder.path))
                self._outcome.failures.append(failure)

    def _tick(self) -> None:
        """Send what is due, and end the runs that took too long."""
        limit = self._policy.timeout_s
        late = WorkerLost(f"it took longer than timeout={self._policy.timeout}", retry=False)
        for number, attempt in self._running.items():
            if attempt.recorder:
                attempt.recorder.tick()
            if limit is not None and self._clock() - attempt.started > limit:
                self._executor.kill(number, late)

    def _abandon(self) -> None:
        """Record the runs that a second Ctrl-C, or a defect of ours, cut off."""
        for attempt in self._running.values():
            if attempt.recorder:
                attempt.recorder.record(Killed())
            self._turns.let_go(attempt.run)


def _stopped(event: Event) -> Event:
    """Take a worker that was lost during an interrupt for stopped: a SIGTERM may have met the whole process group."""
    return Killed(event.error, event.time) if isinstance(event, WorkerLost) else event
