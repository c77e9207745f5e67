"""What is amiss in a store without being damaged: sweeps not complete, runs whose record has holes. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnexp.config.schema import SEED
from nnexp.measure import judging
from nnexp.recording.fields import DIGEST
from nnexp.search.about import read_about
from nnexp.search.space import fits
from nnexp.search.trial import read_trials
from nnexp.tracking.records import Kind, Run, Status, Tag, declared_by
from nnexp.tracking.store import RunStore

POINTS, CONFIRMING = "points are over", "runs that confirm its best point are finished"


@dataclass(frozen=True)
class Holes:
    """What a person should know, a sentence each."""

    unfinished: list[str]  # sweeps that can go on: nothing is wrong with them
    amiss: list[str]


def examine(store: RunStore) -> Holes:
    """Look for sweeps and runs whose records have holes."""
    runs, sweeps = store.runs(), store.runs(Kind.SWEEP)
    amiss = [*(_sweep(sweep) for sweep in sweeps), *(_run(run) for run in runs)]
    return Holes([line for sweep in sweeps for line in _unfinished(sweep, runs)], [line for line in amiss if line])


@dataclass(frozen=True)
class Progress:
    """How far a sweep has come: its runs; or of a search its points, and when these are over what confirms the best."""

    done: int
    wanted: int  # 0: nobody says
    of: str

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing left to do."""
        return 0 < self.wanted <= self.done


def progress(sweep: Run, runs: Sequence[Run]) -> Progress:
    """Count what is over of a sweep, and all that it was to have."""
    member = Tag.member(sweep.tags.get(Tag.SWEEP, ""))
    finished = [run for run in runs if member in run.tags and run.is_finished]
    if (about := read_about(sweep.tags.get(Tag.SEARCH, ""))) is not None:
        over = sum(trial.state is not None and fits(trial.point, about.space) for trial in read_trials(sweep.tags))
        if over < about.points or not about.terms.confirm or sweep.status is Status.FINISHED:
            return Progress(over, about.points, POINTS)
        fresh = {run.key for run in finished if about.is_fresh(run.params.get(SEED, ""))}
        return Progress(len(fresh), about.terms.confirm, CONFIRMING)
    wanted = sweep.params.get("runs", "")
    known = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
    return Progress(len({run.key for run in finished}), known, "runs are finished")


def _unfinished(sweep: Run, runs: Sequence[Run]) -> Iterator[str]:
    found = progress(sweep, runs)
    if sweep.status is not Status.RUNNING and found.done < found.wanted:
        yield (
            f"sweep {sweep.run_id[:8]} ({sweep.name}) is not complete: {found.done} of {found.wanted} {found.of}; "
            f"the command that began it goes on where it stood"
        )


def _sweep(sweep: Run) -> str | None:
    if not DIGEST.fullmatch(sweep.tags.get(Tag.SWEEP, "")):
        return f"sweep {sweep.run_id[:8]} ({sweep.name}) has no key: run it again, and nothing finished is trained anew"
    if sweep.status is not Status.RUNNING and sweep.ended_at is None:
        return f"sweep {sweep.run_id[:8]} ({sweep.name}) is {sweep.status} but has no end"
    return None


def _run(run: Run) -> str | None:
    if run.is_finished and not _has_result(run):
        return f"run {run.run_id[:8]} ({run.name}) is FINISHED but its final metrics are missing: train it again"
    if run.status is not Status.RUNNING and run.ended_at is None:
        return f"run {run.run_id[:8]} ({run.name}) is {run.status} but has no end"
    return None


def _has_result(run: Run) -> bool:
    """Tell whether a finished run has the final value of at least one metric that it is judged by, if it has any."""
    finals = {measure.final.name for measure in judging(declared_by([run]).values())}
    return not finals or bool(finals & run.metrics.keys())
