"""What a person sees while runs go on: a live display on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from nnexp.cli.console import err, say
from nnexp.core import EpochResult
from nnexp.sweep.plan import PlannedRun
from nnexp.training.events import Ending, Epoch, Finished


def accuracy(result: EpochResult) -> str:
    """Write what an epoch reached, validation first."""
    seen = (("val", result.val), ("test", result.test))
    return ", ".join(f"{name} {evaluation.accuracy:.2%}" for name, evaluation in seen if evaluation)


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
    """One run: a bar of epochs with the latest accuracy, or a line an epoch."""

    def __init__(self) -> None:
        self._bar = _progress()
        self._task: TaskID | None = None

    def __enter__(self) -> RunProgress:
        """Begin to draw."""
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave the last state on the screen."""
        self._bar.stop()

    def started(self, run: PlannedRun) -> None:
        """Name the run."""
        self._task = self._bar.add_task(run.name, total=run.prepared.config.epochs, note="")

    def epoch(self, run: PlannedRun, event: Epoch) -> None:
        """Show an epoch."""
        result = event.result
        note = f"{accuracy(result)}, {result.epoch_s:.2f} s an epoch"
        if err().is_terminal and self._task is not None:
            self._bar.update(self._task, completed=result.epoch, note=note)
        else:
            say(f"{run.name}: epoch {result.epoch} of {run.prepared.config.epochs}: {note}")

    def ended(self, run: PlannedRun, ending: Ending, *, again: bool) -> None:
        """Show nothing: the command says how its run ended."""

    def say(self, line: str) -> None:
        """Print a line beside the display."""
        say(line)


class SweepProgress:
    """A sweep: runs done, the best so far and the time left; and a bar for each run that is going on."""

    def __init__(self, runs: Sequence[PlannedRun], estimate: Callable[[PlannedRun], float]) -> None:
        self._bar = _progress()
        self._estimate = estimate
        self._bars: dict[int, TaskID] = {}
        self._latest: dict[int, EpochResult] = {}
        self._runs, self._done = len(runs), 0
        self._total_s, self._done_s = sum(map(estimate, runs)), 0.0
        self._best: tuple[float, str] | None = None
        self._began = time.monotonic()
        self._task = self._bar.add_task("sweep", total=len(runs), note="") if err().is_terminal else None

    def __enter__(self) -> SweepProgress:
        """Begin to draw."""
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave the last state on the screen."""
        self._bar.stop()

    def started(self, run: PlannedRun) -> None:
        """Add the run's bar."""
        if err().is_terminal:
            self._bars[run.number] = self._bar.add_task(run.name, total=run.prepared.config.epochs, note="")

    def epoch(self, run: PlannedRun, event: Epoch) -> None:
        """Advance the run's bar, and the time left."""
        self._latest[run.number] = event.result
        self._done_s += self._estimate(run) / run.prepared.config.epochs
        if run.number in self._bars:
            self._bar.update(self._bars[run.number], completed=event.result.epoch, note=accuracy(event.result))
            self._summarize()

    def ended(self, run: PlannedRun, ending: Ending, *, again: bool) -> None:
        """Count the run, and remember the best."""
        result = self._latest.pop(run.number, None)
        bar = self._bars.pop(run.number, None)
        if bar is not None:
            self._bar.remove_task(bar)
        if again:
            self.say(f"{run.name}: {getattr(ending, 'error', 'failed')}; it is tried again")
            return
        self._done += 1
        reached = accuracy(result) if result and isinstance(ending, Finished) else getattr(ending, "error", "")
        if result and isinstance(ending, Finished):
            seen = result.val or result.test
            if seen and (self._best is None or seen.accuracy > self._best[0]):
                self._best = (seen.accuracy, run.name)
        if self._task is None:
            self.say(f"{self._done} of {self._runs} runs: {run.name}: {reached}{self._left()}")
        else:
            self._summarize()

    def say(self, line: str) -> None:
        """Print a line above the display."""
        self._bar.console.print(f"nnexp: {line}", soft_wrap=True, markup=False)

    def _summarize(self) -> None:
        best = f"best {self._best[0]:.2%} ({self._best[1]})" if self._best else ""
        if self._task is not None:
            self._bar.update(self._task, completed=self._done, note=f"{best}{self._left()}")

    def _left(self) -> str:
        if not 0 < self._done_s < self._total_s:
            return ""
        passed = time.monotonic() - self._began
        return f"; {duration(passed * (self._total_s / self._done_s - 1))} left"


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=err(),
        disable=not err().is_terminal,
    )
