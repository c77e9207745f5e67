"""What a person sees of a multirun of their own application: a few lines on standard error, which is not its output."""

from __future__ import annotations

from nnexp.measure import count
from nnexp.sweep.launched import Swept
from nnexp.sweep.survey import Survey
from nnexp.sweep.watcher import Nobody
from nnexp.terminal import Terminal
from nnexp.training.events import Ending, Finished
from nnexp.training.spec import RunSpec


class Onlooker(Nobody):
    """Says what is to do, what failed, and what became of it all."""

    def __init__(self, console: Terminal) -> None:
        self._console = console

    def surveyed(self, survey: Survey) -> None:
        """Say how many runs there are, and how many are reused; of a dry run, which."""
        done, to_do = survey.ledger.done, survey.ledger.to_do
        reused = f", {len(done)} of them finished already and reused" if done else ""
        self.say(f"{count(len(survey.runs), 'run')}{reused}; {len(to_do)} to do, {survey.policy.slots} at a time")
        if survey.policy.dry_run:
            for run in survey.runs:
                self.say(f"{run.name}: {'done' if run.key in done else 'to do'}")

    def ended(self, run: RunSpec, ending: Ending, *, again: bool) -> None:
        """Say what failed."""
        if not isinstance(ending, Finished):
            self.say(f"{run.name}: {ending.error}{'; it is tried again' if again else ''}")

    def say(self, line: str) -> None:
        """Print a line."""
        self._console.say(line)

    def told(self, swept: Swept) -> None:
        """Say what became of it all."""
        outcome = swept.outcome
        if outcome is None or not swept.survey.ledger.to_do:
            return
        others = {"failed": len(outcome.failures), "stopped": len(outcome.killed), "not started": len(outcome.left)}
        told = "".join(f", {number} {fate}" for fate, number in others.items() if number)
        self.say(f"{len(outcome.finished)} finished{told}: nnexp compare shows them")
