"""What a person sees while runs go on: a live display on a terminal, plain lines anywhere else.

It draws on the console that it is given, and opens none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID
from rich.table import Column

from nnexp.measure import EPOCH_SECONDS, count
from nnexp.sweep.reached import judged, told
from nnexp.sweep.survey import Survey
from nnexp.sweep.watcher import Estimate, Watcher
from nnexp.terminal import Lines, Prose, Terminal
from nnexp.training.events import Ending, Epoch, Finished
from nnexp.training.spec import RunSpec

WIDE = 100  # characters, of a terminal that has room for a long bar


def display(console: Terminal, *, several: bool) -> Watcher:
    """Give the display that suits one run, or several."""
    return SweepProgress(console) if several else RunProgress(console)


def duration(seconds: float) -> str:
    """Write a duration as a person would: 8 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


class RunProgress:
    """One run: a bar of epochs with what they reached, or a line an epoch."""

    def __init__(self, console: Terminal) -> None:
        self._console = console
        self._bar = _progress(console)
        self._task: TaskID | None = None
        self._line = ""  # what was printed since the last end of a line

    def surveyed(self, survey: Survey) -> None:
        """Show nothing: a single run is no sweep."""

    @contextmanager
    def watching(self, runs: Sequence[RunSpec], estimate: Estimate) -> Iterator[None]:  # noqa: ARG002
        """Draw while the run goes on, and leave the last state on the screen."""
        with self._bar:
            yield

    def more(self, runs: Sequence[RunSpec]) -> None:
        """Show nothing: there is one run."""

    def started(self, run: RunSpec) -> None:
        """Name the run."""
        self._task = self._bar.add_task(run.name, total=run.epochs, note="")

    def epoch(self, run: RunSpec, event: Epoch) -> None:
        """Show an epoch."""
        note = told(run.task, event.metrics)
        if EPOCH_SECONDS.name in event.metrics:
            note += f", {event.metrics[EPOCH_SECONDS.name]:.2f} s an epoch"
        if event.number <= run.done:
            return  # which another run has shown
        if self._console.is_terminal and self._task is not None:
            self._bar.update(self._task, completed=event.number, note=note)
        else:
            of = f" of {run.epochs}" if run.epochs else ""
            self.say(f"{run.name}: epoch {event.number}{of}: {note}")

    def printed(self, run: RunSpec, text: str) -> None:  # noqa: ARG002
        """Show what it printed, a line at a time: of one that was written over, what stands in the end."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._console.print(Lines([line.removesuffix("\r").rpartition("\r")[2]]), soft_wrap=True)

    def ended(self, run: RunSpec, ending: Ending, *, again: bool) -> None:  # noqa: ARG002
        """Show the line that it left unfinished: the command says how its run ended."""
        if self._line:
            self.printed(run, "\n")

    def reused(self, run: RunSpec) -> None:
        """Show nothing: the command says what is reused."""

    def say(self, line: str) -> None:
        """Print a line beside the display."""
        self._console.say(line)


class SweepProgress:
    """A sweep: runs done, the best so far and the time left; and a bar for each run that is going on."""

    def __init__(self, console: Terminal) -> None:
        self._console = console
        self._bar = _progress(console)
        self._bars: dict[int, TaskID] = {}
        self._latest: dict[int, Epoch] = {}
        self._best: tuple[float, str] | None = None

    def surveyed(self, survey: Survey) -> None:
        """Say what is reused, and how long the rest will take."""
        done, to_do = survey.ledger.done, survey.ledger.to_do
        if done:
            names = [run.name for run in survey.runs if run.key in done]
            shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            are = "is" if len(names) == 1 else "are"
            of = count(len(survey.runs), "run")
            self.say(f"{len(names):,} of {of} {are} finished already and {are} reused: {shown}")
        if survey.policy.dry_run:
            return
        if survey.growing:
            if most := survey.growing.runs_at_most:
                self.say(f"{count(most, 'run')} to do at the most, {survey.policy.slots} at a time")
        elif to_do:
            self.say(
                f"{count(len(to_do), 'run')} to do, {survey.policy.slots} at a time: about {duration(survey.seconds)}"
            )

    @contextmanager
    def watching(self, runs: Sequence[RunSpec], estimate: Estimate) -> Iterator[None]:
        """Draw while the runs go on, and leave the last state on the screen."""
        self._estimate, self._runs, self._total_s = estimate, len(runs), sum(map(estimate, runs))
        self._done, self._done_s, self._best = 0, 0.0, None
        self._began = time.monotonic()
        self._task = self._bar.add_task("sweep", total=len(runs), note="") if self._console.is_terminal else None
        with self._bar:
            yield

    def more(self, runs: Sequence[RunSpec]) -> None:
        """Count them too."""
        self._runs += len(runs)
        self._total_s += sum(map(self._estimate, runs))
        if self._task is not None:
            self._bar.update(self._task, total=self._runs)

    def started(self, run: RunSpec) -> None:
        """Add the run's bar; what it takes over from another run takes no time."""
        if run.checkpoint:
            self._total_s -= self._estimate(replace(run, checkpoint=None)) - self._estimate(run)
        if self._console.is_terminal:
            self._bars[run.number] = self._bar.add_task(run.name, total=run.epochs, note="")

    def epoch(self, run: RunSpec, event: Epoch) -> None:
        """Advance the run's bar, and the time left."""
        self._latest[run.number] = event
        if event.number <= run.done:
            return
        self._done_s += self._estimate(run) / run.to_train
        if run.number in self._bars:
            self._bar.update(self._bars[run.number], completed=event.number, note=told(run.task, event.metrics))
            self._summarize()

    def printed(self, run: RunSpec, text: str) -> None:
        """Show nothing: several runs print at once."""

    def ended(self, run: RunSpec, ending: Ending, *, again: bool) -> None:
        """Count the run, and remember the best."""
        epoch = self._latest.pop(run.number, None)
        bar = self._bars.pop(run.number, None)
        if bar is not None:
            self._bar.remove_task(bar)
        error = getattr(ending, "error", "")
        if again:
            self.say(f"{run.name}: {error or 'failed'}; it is tried again")
            return
        self._done += 1
        trained = max(epoch.number - run.done, 0) if epoch else 0
        self._done_s += self._estimate(run) * (1 - trained / run.to_train)
        if epoch and isinstance(ending, Finished):
            self._remember(run, epoch)
        if self._task is None:
            reached = told(run.task, epoch.metrics) if epoch and isinstance(ending, Finished) else error
            left = self._left()
            self.say(f"{self._done} of {self._runs} runs: {run.name}: {reached}{f'; {left}' if left else ''}")
        else:
            self._summarize()

    def reused(self, run: RunSpec) -> None:
        """Count the run."""
        self._done += 1
        self._done_s += self._estimate(run)
        self.say(f"{self._done} of {self._runs} runs: {run.name}: finished by another process, and reused")
        self._summarize()

    def say(self, line: str) -> None:
        """Print a line above the display."""
        self._console.say(line)

    def _remember(self, run: RunSpec, epoch: Epoch) -> None:
        found = judged(run.task, epoch.metrics)
        if found and (self._best is None or found[0] > self._best[0]):
            self._best = (found[0], f"best {found[1]} ({run.name})")

    def _summarize(self) -> None:
        if self._task is not None:
            self._bar.beneath = self._best[1] if self._best else ""
            self._bar.update(self._task, completed=self._done, note=self._left())

    def _left(self) -> str:
        if not 0 < self._done_s < self._total_s:
            return ""
        passed = time.monotonic() - self._began
        return f"{duration(passed * (self._total_s / self._done_s - 1))} left"


class Words(ProgressColumn):
    """A text of a task, which takes several lines where there is little room, and is never cut off."""

    def __init__(self, read: Callable[[Task], str], least: int) -> None:
        super().__init__(Column(min_width=least))
        self._read = read

    def render(self, task: Task) -> RenderableType:
        """Give the text as it is."""
        return Prose(self._read(task))


class Bars(Progress):
    """Bars, and beneath them a sentence that has the whole line to itself."""

    beneath = ""

    def get_renderables(self) -> Iterator[RenderableType]:
        """Give them to rich."""
        yield from super().get_renderables()
        if self.beneath:
            yield Prose(self.beneath)


def _progress(console: Terminal) -> Bars:
    return Bars(
        Words(lambda task: task.description, least=24),
        BarColumn(bar_width=24 if console.width >= WIDE else 6),
        MofNCompleteColumn(),
        Words(lambda task: str(task.fields["note"]), least=14),
        console=console,
        disable=not console.is_terminal,
    )
