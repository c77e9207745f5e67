"""What is amiss in a store without being damaged: sweeps not complete, runs whose record has holes. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.measure import judging
from nnexp.tracking.records import Kind, Run, Status, Tag, declared_by
from nnexp.tracking.store import RunStore


def examine(store: RunStore) -> list[str]:
    """Say what a person should know, a sentence each."""
    runs = store.runs()
    sweeps = [_sweep(sweep, runs) for sweep in store.runs(Kind.SWEEP)]
    return [finding for finding in (*sweeps, *(_run(run) for run in runs)) if finding]


def progress(sweep: Run, runs: Sequence[Run]) -> tuple[int, int]:
    """Count the runs of a sweep that are finished, and all that it was to have."""
    member = Tag.member(sweep.tags.get(Tag.SWEEP, ""))
    finished = {run.key for run in runs if member in run.tags and run.is_finished}
    wanted = sweep.params.get("runs", "")
    return len(finished), int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0


def _sweep(sweep: Run, runs: Sequence[Run]) -> str | None:
    finished, wanted = progress(sweep, runs)
    if sweep.status is Status.RUNNING or finished >= wanted:
        return None
    return (
        f"sweep {sweep.name} is not complete: {finished} of {wanted} runs are finished; "
        f"the command that began it goes on where it stood"
    )


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
