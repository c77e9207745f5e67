"""A source that asks a study for points: each is tried with so many seeds, and the study learns what they reach.

A free worker gets the next run at once: of a point that is going on, or of the next. What becomes of a point depends on
what its runs say (and, of those that are ended early, on what others had said by then); it is remembered, so whoever
goes on after a kill learns the same in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Protocol

from nnexp.errors import NnexpError
from nnexp.search.trial import State, Trial
from nnexp.sweep.ledger import Ledger
from nnexp.sweep.search.pruning import Pruning, Tried
from nnexp.sweep.search.results import Results
from nnexp.sweep.search.search import Search
from nnexp.sweep.source import Decision, Reused
from nnexp.sweep.until_decided import Judge
from nnexp.training.events import Ending, Event
from nnexp.training.spec import RunSpec

CONFIRMING = 1_000_000  # runs that confirm are numbered from here on


class Listener(Protocol):
    """Hears what a search does, before anything that follows from it is run."""

    def asked(self, trial: Tried) -> None:
        """Hear that a point was asked for."""
        ...

    def over(self, trial: Tried) -> None:
        """Hear what became of a point."""
        ...

    def confirming(self, runs: Sequence[RunSpec]) -> None:
        """Hear that the best point is tried on fresh seeds."""
        ...


class Searching:
    """Gives the runs of one point after another, up to the last; then those that confirm the best."""

    def __init__(
        self, search: Search, results: Results, earlier: Sequence[Trial] = (), *, judge: Judge | None = None
    ) -> None:
        self.search = search
        self.results = results
        self.trials: list[Tried] = []
        self.confirming: tuple[RunSpec, ...] = ()
        self._listener: Listener | None = None
        self._given: set[str] = set()  # keys of the runs that are going on
        self._learnt: set[int] = set()
        self._since: list[int] = []  # what was learnt since a point was asked for
        from nnexp.search.study import Study  # imports Optuna

        name, minimize, epochs = search.key, search.minimize, search.epochs
        self._study = Study(name, search.space, search.terms, minimize=minimize, epochs=epochs)
        self._pruning = Pruning(search, results, self._study, judge)
        self._repeat([Tried(**vars(trial)) for trial in earlier])

    def follow(self, listener: Listener) -> None:
        """Tell somebody of every point from now on."""
        self._listener = listener

    @property
    def most(self) -> int:
        """How many points there will be."""
        return self.search.about.points

    @property
    def best(self) -> Tried | None:
        """The best point that came to its end."""
        complete = [trial for trial in self.trials if trial.state is State.COMPLETE and trial.value is not None]
        return max(complete, key=lambda trial: self.search.better(trial.value or 0.0), default=None)

    @property
    def is_over(self) -> bool:
        """Whether every point is, and what confirms the best."""
        are_over = len(self.trials) >= self.most and all(trial.state for trial in self.trials)
        return are_over and all(self.results.is_over(run.key) for run in self.confirming)

    @property
    def taken(self) -> list[RunSpec]:
        """The runs that were asked for so far, whether they were done already or not."""
        runs = [run for trial in self.trials for run in trial.runs] + [*self.confirming]
        return [*{run.key: run for run in runs}.values()]  # a point may come again

    @property
    def ledger(self) -> Ledger:
        """Those of them that are done, and those that wait."""
        finished = self.results.finished
        return Ledger({run.key: finished[run.key] for run in self.taken if run.key in finished}, self.left())

    @property
    def runs_at_most(self) -> int:
        """How many runs may still be to do if none is spared."""
        terms = self.search.terms
        unasked = (self.most - len(self.trials)) * terms.replicates + (0 if self.confirming else terms.confirm)
        going = [run for trial in self.trials if trial.state is None for run in trial.runs] + [*self.confirming]
        return max(0, unasked) + sum(not self.results.is_over(run.key) for run in going)

    def next(self) -> RunSpec | None:
        """Give the next run of a point that is going on; ask for another point where there is none."""
        while (run := next(self._waiting(), None)) is None and len(self.trials) < self.most:
            self._ask()
        if run is None:
            run = next(self._may_begin(self.confirming), None)
        if run is not None:
            self._given.add(run.key)
        return run

    def hear(self, run: RunSpec, event: Event | Reused) -> Decision:
        """Learn what a run reaches; have it stopped where no point needs it any more."""
        self.results.hear(run, event)
        if isinstance(event, Ending | Reused):
            self._given.discard(run.key)
        for trial in self._with(run):
            self._look(trial)
        is_needed = run in self.confirming or any(True for _ in self._with(run))
        return Decision.GO_ON if is_needed else Decision.STOP

    def left(self) -> tuple[RunSpec, ...]:
        """List the runs that are known already and were never given."""
        return (*self._waiting(), *self._may_begin(self.confirming))

    def _repeat(self, earlier: Sequence[Tried]) -> None:
        """Ask and learn again what was asked and learnt; what has ended since is learnt last."""
        for trial in earlier:
            if self._make_runs(trial):
                trial.state, trial.value = None, None
        self._forget_first_tries(earlier)
        self.results.read(run.key for trial in earlier for run in trial.runs)
        for trial in earlier:
            for number in trial.after:
                self._learn(self.trials[number])
            self._ask_for(trial)
        for trial in self.trials:
            if trial.state:
                self._learn(trial)
            else:
                self._look(trial)
        self._confirm()

    def _forget_first_tries(self, earlier: Sequence[Tried]) -> None:
        """Let those runs be tried again that failed, and whose points are not over: that was to be."""
        are_over = {run.key for trial in earlier if trial.state is State.FAILED for run in trial.runs}
        for run in (run for trial in earlier if trial.state is None for run in trial.runs):
            if run.key not in are_over:
                self.results.failed.pop(run.key, None)

    def _ask(self) -> None:
        trial = Tried(len(self.trials), {}, tuple(self._since))
        self._ask_for(trial)
        self._make_runs(trial)
        if self._listener:
            self._listener.asked(trial)
        self._look(trial)  # its runs may be done already, or it cannot be run at all

    def _ask_for(self, trial: Tried) -> None:
        trial.point = self._study.ask(trial.point)
        self.trials.append(trial)
        self._since.clear()

    def _make_runs(self, trial: Tried) -> bool:
        """Make the runs of a point; tell whether what is recorded of them stands for them no more."""
        k = self.search.terms.replicates
        try:
            trial.runs = self.search.make_runs(trial.point, range(k), trial.number * k)
        except NnexpError as error:
            trial.why = str(error)
        return self.results.forget_changed(trial.runs)

    def _confirm(self) -> None:
        """Try the best point on seeds that no point was tried with, when all points are over."""
        confirm, k = self.search.terms.confirm, self.search.terms.replicates
        if confirm and self.best and len(self.trials) >= self.most and all(trial.state for trial in self.trials):
            self.confirming = self.search.make_runs(self.best.point, range(k, k + confirm), CONFIRMING)
            self.results.forget_changed(self.confirming)
            if self._listener:
                self._listener.confirming(self.confirming)

    def _with(self, run: RunSpec) -> Iterator[Tried]:
        """Find the points that are going on and have a run."""
        return (t for t in self.trials if t.state is None and any(one.key == run.key for one in t.runs))

    def _waiting(self) -> Iterator[RunSpec]:
        """Find what may begin now, of the points that are going on."""
        for trial in self.trials:
            if trial.state is None:
                yield from self._may_begin(trial.runs[: self._pruning.up_to(trial)])

    def _may_begin(self, runs: Sequence[RunSpec]) -> Iterator[RunSpec]:
        return (run for run in runs if run.key not in self._given and not self.results.is_over(run.key))

    def _look(self, trial: Tried) -> None:
        """See whether a point is over, and learn from it."""
        results, keys = self.results, [run.key for run in trial.runs]
        failed = next((results.failed[key] for key in keys if key in results.failed), trial.why)
        values = [results.value(key) for key in keys if key in results.finished]
        if failed or None in values:
            trial.state, trial.why = State.FAILED, failed or f"{self.search.measure.name} is no number"
        elif any(key in results.pruned and key not in results.finished for key in keys):
            trial.state = State.PRUNED
        elif len(values) == len(keys):
            trial.state = State.COMPLETE
        elif self._pruning.is_hopeless(trial):
            trial.state = State.PRUNED
        elif self._pruning.loses(trial, self.trials):
            trial.state = State.CLOSED
        else:
            return
        reached = [value for value in values if value is not None]
        trial.value = fmean(reached) if reached else None
        self._learn(trial)
        if self._listener:
            self._listener.over(trial)
        self._confirm()

    def _learn(self, trial: Tried) -> None:
        if trial.number not in self._learnt and trial.state:
            self._pruning.is_hopeless(trial)  # the study hears its epochs first
            self._study.tell(trial.number, trial.state, trial.value)
            self._learnt.add(trial.number)
            self._since.append(trial.number)
