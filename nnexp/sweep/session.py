"""Everything that is run against one store: a single run, a sweep, reruns. What commands and notebooks call.

    >>> session = Session(store, task, watcher)  # doctest: +SKIP
    >>> session.sweep(plan, Policy(jobs=2)).outcome.finished  # doctest: +SKIP

Control runs one way: whoever asks calls a session, a session calls the launch policy, and answers with what became of
it. Knows neither Hydra nor how anything is shown: a watcher is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nnexp.archive.proof import Verdict, exit_status
from nnexp.archive.run import Archive
from nnexp.errors import ConfigError
from nnexp.recording.recorder import Recorder
from nnexp.statistics.looks import LOOKS
from nnexp.sweep import open_files
from nnexp.sweep.estimate import Estimator
from nnexp.sweep.executors.executor import Executor, MakeExecutor
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.going_on import GoingOn
from nnexp.sweep.interrupt import Interrupt
from nnexp.sweep.joined import Joined
from nnexp.sweep.launch import Launch
from nnexp.sweep.launched import Reruns, Swept, Trained
from nnexp.sweep.ledger import read_ledger
from nnexp.sweep.looks import adopt, follow
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.parent import close_parent, fate, launching, open_parent
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.recorders import Recorders
from nnexp.sweep.rerun import RERUNS, Rerun, archived, plan_rerun, run_reruns
from nnexp.sweep.search.remember import Notes, check_unchanged, recall
from nnexp.sweep.search.searching import Searching
from nnexp.sweep.seeds import runs_by_setting
from nnexp.sweep.shared import SharedPlan, closed, leave
from nnexp.sweep.source import Growing, Planned, Source
from nnexp.sweep.survey import Survey
from nnexp.sweep.turns import KeyTurns
from nnexp.sweep.until_decided import Judge, UntilDecided
from nnexp.sweep.watcher import Nobody, Watcher
from nnexp.tasks.known import TASKS
from nnexp.tasks.task import Task, is_foreign
from nnexp.tracking.records import Run, Status, Tag
from nnexp.tracking.store import Store
from nnexp.training.spec import RunSpec

MakeSource = Callable[[Sequence[RunSpec]], Source]

ALONE = Policy()


class Session:
    """Launches runs of one task, records them in one store, and tells one watcher."""

    def __init__(
        self,
        store: Store,
        task: Task,
        watcher: Watcher | None = None,
        *,
        judge: Judge | None = None,
        executor: MakeExecutor = PoolExecutor,
        clock: Callable[[], float] = time.monotonic,
        command: str = "",
    ) -> None:
        """Take the store, the task and who watches, and the command by which a person asked for what is launched."""
        self.store = store
        self.task = task
        self._watcher = watcher or Nobody()
        self._judge = judge
        self._executor = executor
        self._clock = clock
        self._command = command

    def train(self, run: RunSpec, policy: Policy = ALONE) -> Trained | Run:
        """Train one run, in this process if its code is nnexp's; it belongs to no sweep.

        Give its record, if it is finished already and not to be trained `fresh`; of the policy no more holds here than
        that, and for somebody else's code its timeout.
        """
        made: list[tuple[RunSpec, Recorder]] = []
        recorders = Recorders(self.store, self._watcher.say)

        def record(run: RunSpec, attempt: int) -> Recorder:
            made.append((run, recorders(run, attempt)))
            return made[-1][1]

        self._caution([run])
        turns = KeyTurns(self.store, self._watcher.say, fresh=policy.fresh)
        foreign = is_foreign(run.task)
        executor: Executor = PoolExecutor(1) if foreign else InProcessExecutor()
        told, clock = Policy(timeout=policy.timeout) if foreign else Policy(), self._clock
        going_on = None if policy.fresh else GoingOn(self.store, recorders, self._watcher.say)
        launch = Launch(executor, told, record, self._watcher, turns=turns, going_on=going_on, clock=clock)
        with self._watcher.watching([run], lambda _run: 0.0):
            outcome = launch.run(Planned([run]))
        if outcome.reused:
            return outcome.reused[0]
        begun, recorder = made[-1]
        return Trained(begun, outcome, recorder)

    def sweep(self, plan: Plan, policy: Policy, source: MakeSource = Planned) -> Swept:
        """Run what is left of a plan, under one parent run; finished runs are reused, in whatever sweep they stand.

        `source` is given the runs that are to do, and decides their order and which of them are stopped.

        Raises
        ------
        BusyError
            If another process is running the sweep.
        """
        self._caution(plan.runs)
        for remark in plan.remarks:
            self._watcher.say(remark)
        growing = self._growing(plan, policy)
        ledger = growing.ledger if growing else read_ledger(plan.runs, self.store, fresh=policy.fresh)
        ended = self.store.runs()
        survey = Survey(plan, policy, ledger, Estimator(ended), growing)
        for line in ledger.remarks:
            self._watcher.say(line)
        self._watcher.surveyed(survey)
        if policy.dry_run:
            return Swept(survey)
        open_files.allow_for(policy.slots)
        self.store.prepare()  # one that cannot be written is refused now
        shared = SharedPlan(ledger.to_do, closed=closed(plan, policy, self.task), apart=ledger.stale)
        # From here on there is a record that a signal must not leave half made.
        with Interrupt() as interrupt, launching(plan, self.store):
            if isinstance(growing, Searching) and not policy.fresh:
                check_unchanged(growing, self.store)
            parent_id = open_parent(plan, self.store, shared.tags, self._command)
            status = Status.KILLED  # unless it ends in good order
            try:
                leave(shared, plan, parent_id, self.store)
                adopt(ledger.done.values(), plan, self.store)
                if isinstance(growing, UntilDecided):
                    follow(growing, plan, parent_id, self.store, self._watcher, shared)
                if isinstance(growing, Searching):
                    growing.follow(Notes(growing, plan, parent_id, self.store, self._watcher))
                outcome = self._launch(survey, ended, parent_id, (lambda _: growing) if growing else source, interrupt)
                adopt(outcome.reused, plan, self.store)
                status = fate(outcome, is_over=growing is None or growing.is_over)
            finally:
                close_parent(parent_id, status, self.store, self._watcher.say, shared.tags)
        return Swept(survey, parent_id, outcome)

    def work(self, sweep: Run, task: Task, policy: Policy, folder: Path) -> tuple[Joined, Outcome]:
        """Take runs of a sweep that another process launches, until it is over; their files go into a folder.

        Raises
        ------
        RecordError, TrackingError
            If none of its runs can be trained here, or the store cannot tell who trains what.
        """
        joined = Joined(sweep, self.store, task, self._watcher, folder, clock=self._clock)
        self._caution(joined.left())
        open_files.allow_for(policy.slots)
        self.store.prepare()
        say, tags = self._watcher.say, {Tag.member(sweep.tags[Tag.SWEEP]): Tag.YES}
        record = Recorders(joined.store, say, parent_id=sweep.run_id, tags=tags)
        executor, going_on = self._executor(policy.slots), GoingOn(self.store, record, say)
        launch = Launch(executor, policy, record, self._watcher, turns=joined, going_on=going_on, clock=self._clock)
        with self._watcher.watching(joined.left(), lambda _run: 0.0):
            return joined, launch.run(joined)

    def runs_of(self, plan: Plan) -> list[Run]:
        """Read what the store holds of a plan's runs."""
        return self.store.runs(tags={Tag.member(plan.key): Tag.YES})

    def _caution(self, runs: Sequence[RunSpec]) -> None:
        for line in dict.fromkeys(line for run in runs for line in run.cautions):
            self._watcher.say(line)

    def _growing(self, plan: Plan, policy: Policy) -> Growing | None:
        if plan.search:
            if policy.until_decided:
                raise ConfigError("until_decided adds seeds to settings that are listed; a search has replicates")
            return Searching(plan.search, *recall(plan.search, self.store, fresh=policy.fresh), judge=self._judge)
        return self._until_decided(plan, policy) if policy.until_decided else None

    def _until_decided(self, plan: Plan, policy: Policy) -> UntilDecided:
        """Make what adds seeds where they decide; all that is finished already counts, in whatever sweep it stands."""
        assert self._judge, "a session that is to add seeds until it is decided needs a judge"
        runs = runs_by_setting(plan, LOOKS[-1])
        every = [run for of_one in runs.values() for run in of_one]
        known = read_ledger(every, self.store, fresh=policy.fresh)
        return UntilDecided(runs, known, self._judge, worthwhile=policy.worthwhile)

    def rerun(
        self,
        runs: Sequence[Run],
        policy: Policy,
        tasks: Mapping[str, Task] = TASKS,
        *,
        until: int | None = None,
        here: bool = False,
    ) -> Reruns:
        """Train runs again from their records alone, several at once where there are several, and judge each.

        A run may be of any of the tasks, the session's own, or one that is at hand (see tasks/known.py).
        """
        tasks = {**tasks, self.task.name: self.task}
        return self.prove([archived(run, self.store, tasks) for run in runs], policy, until=until, here=here)

    def prove(
        self,
        archives: Sequence[Archive | Verdict],
        policy: Policy,
        *,
        until: int | None = None,
        here: bool = False,
        folder: Path = RERUNS,
    ) -> Reruns:
        """Train runs again whose records were read; a record that cannot be trained has its verdict already."""
        found = [
            plan_rerun(number, one, folder, until=until, here=here) if isinstance(one, Archive) else one
            for number, one in enumerate(archives)
        ]
        reruns = [one for one in found if isinstance(one, Rerun)]
        judged, outcome = self._rerun(reruns, policy) if reruns else ([], Outcome())
        later = iter(judged)
        verdicts = tuple(next(later) if isinstance(one, Rerun) else one for one in found)
        return Reruns(verdicts, outcome.exit_status if outcome.interrupted else exit_status(verdicts))

    def _rerun(self, reruns: Sequence[Rerun], policy: Policy) -> tuple[list[Verdict], Outcome]:
        estimator = Estimator(self.store.runs(status=Status.FINISHED) if len(reruns) > 1 else ())
        apart = len(reruns) > 1 or is_foreign(reruns[0].spec.task)
        executor: Executor = self._executor(min(policy.slots, len(reruns))) if apart else InProcessExecutor()
        told = Policy(retries=policy.retries, timeout=policy.timeout)
        with self._watcher.watching([rerun.spec for rerun in reruns], estimator.seconds):
            return run_reruns(reruns, self.store, executor, self._watcher, told)

    def _launch(
        self, survey: Survey, ended: Sequence[Run], parent_id: str, source: MakeSource, interrupt: Interrupt
    ) -> Outcome:
        to_do, policy, estimate = survey.ledger.to_do, survey.policy, survey.estimator.seconds
        say, tags = self._watcher.say, {Tag.member(survey.plan.key): Tag.YES}
        recorders = Recorders(self.store, say, parent_id=parent_id, tags=tags)
        most = survey.growing.runs_at_most if survey.growing else len(to_do)
        executor = self._executor(min(policy.slots, most or 1))
        turns = KeyTurns(self.store, say, fresh=policy.fresh)
        on = None if policy.fresh else GoingOn(self.store, recorders, say, ended)
        told, clock = self._watcher, self._clock
        launch = Launch(executor, policy, recorders, told, turns=turns, going_on=on, estimate=estimate, clock=clock)
        with self._watcher.watching(to_do, estimate):
            return launch.run(source(to_do), interrupt)
