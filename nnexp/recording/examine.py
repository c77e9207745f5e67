"""What is amiss in a store without being damaged: sweeps not complete, runs whose record has holes. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnexp.measure import judging
from nnexp.recording.fields import DIGEST
from nnexp.tracking.records import Kind, Run, Status, Tag, declared_by
from nnexp.tracking.store import RunStore


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


def progress(sweep: Run, runs: Sequence[Run]) -> tuple[int, int]:
    """Count the runs of a sweep that are finished, and all that it was to have."""
    member = Tag.member(sweep.tags.get(Tag.SWEEP, ""))
    finished = {run.key for run in runs if member in run.tags and run.is_finished}
    wanted = sweep.params.get("runs", "")
    return len(finished), int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0


def _unfinished(sweep: Run, runs: Sequence[Run]) -> Iterator[str]:
    finished, wanted = progress(sweep, runs)
    if sweep.status is not Status.RUNNING and finished < wanted:
        yield (
            f"sweep {sweep.name} is not complete: {finished} of {wanted} runs are finished; "
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
