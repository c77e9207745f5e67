"""`nnexp rerun`: train runs again from their records alone, and say whether the bits are the same."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.archive.proof import Answer, Verdict
from nnexp.cli.console import err, out, say, write
from nnexp.cli.taken import take_provable
from nnexp.escape import in_json
from nnexp.recording.store import open_store
from nnexp.sweep.policy import Policy
from nnexp.sweep.progress import display
from nnexp.sweep.session import Session
from nnexp.tasks.known import TASKS
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.task import Task


def rerun(wanted: Sequence[str], until: int | None, typed: Task | None, *, here: bool, as_json: bool) -> int:
    """Rerun runs and sweeps, those of a task that was typed by it; give the exit status."""
    tasks = {**TASKS, **({typed.name: typed} if typed else {})}
    store = open_store(say)
    runs = take_provable(store, wanted)
    session = Session(store, NETWORK, display(err(), several=len(runs) > 1))
    reruns = session.rerun(runs, Policy(), tasks, until=until, here=here)
    if as_json:
        write(in_json([as_record(verdict) for verdict in reruns.verdicts]))
    else:
        show_verdicts(reruns.verdicts)
    return reruns.exit_status


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print each verdict with what differs, and a count if there are several."""
    for verdict in verdicts:
        if verdict.answer is Answer.DIFFERENT and verdict.run.task in TASKS and not verdict.differences:
            say(f"run {verdict.run.run_id[:8]} is not reproducible here, and nothing says why")
        out().print(f"{verdict.run.run_id[:8]}  {verdict.run.name}: {verdict}", soft_wrap=True)
        for difference in verdict.differences:
            out().print(f"    {difference}", soft_wrap=True)
    if len(verdicts) > 1:
        counts = [(sum(verdict.answer is answer for verdict in verdicts), answer) for answer in Answer]
        out().print(f"{len(verdicts)} runs: {', '.join(f'{n} {answer}' for n, answer in counts if n)}")


def as_record(verdict: Verdict) -> dict[str, object]:
    """Give a verdict for a program."""
    return {
        "run_id": verdict.run.run_id,
        "name": verdict.run.name,
        "answer": verdict.answer,
        "summary": verdict.summary,
        "reason": verdict.reason,
        "parted": verdict.parted,
        "differences": [
            {"what": found.what, "recorded": found.recorded, "here": found.here} for found in verdict.differences
        ],
        "rerun_id": verdict.rerun_id,
    }
