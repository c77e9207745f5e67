"""`nnexp work [SWEEP]`: join a sweep that another process launches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from nnexp.cli.conclude import tell_failures
from nnexp.cli.console import say, write
from nnexp.cli.train import open_session
from nnexp.errors import UnfinishedError
from nnexp.escape import in_json
from nnexp.measure import count
from nnexp.sweep.called import told_sweep
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.find import running_sweep
from nnexp.sweep.policy import Policy
from nnexp.sweep.progress import duration
from nnexp.sweep.shared_task import read_task
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.task import Task


def work(wanted: str | None, jobs: int | None, typed: Task | None, data: Sequence[Path], *, as_json: bool) -> None:
    """Train runs of a running sweep until it is over, by the task that was typed if one was; say what was trained."""
    session = open_session(NETWORK, PoolExecutor)
    sweep = running_sweep(session.store, wanted)
    folder = Path(f"multirun/{datetime.now():%Y-%m-%d/%H-%M-%S-%f}").absolute()  # as Hydra names it
    say(f"joining {told_sweep(sweep)}")
    task = read_task(sweep, typed, data)
    joined, outcome = session.work(sweep, task, Policy(jobs=jobs), folder)
    here = f"{count(len(outcome.finished), 'run')} trained here in {duration(outcome.seconds)}"
    ended = f"is {joined.sweep.status}" if joined.sweep.status != "RUNNING" else "has lost its launcher"
    say(f"{here}, {joined.others:,} elsewhere; sweep {sweep.name} {ended if not joined.is_launched else 'goes on'}")
    tell_failures(outcome)
    if as_json:
        told = {"sweep_id": sweep.run_id, "name": sweep.name, "status": joined.sweep.status}
        trained = {"trained": len(outcome.finished), "elsewhere": joined.others, "seconds": outcome.seconds}
        write(in_json({**told, **trained, "failures": [*map(asdict, outcome.failures)]}))
    if outcome.interrupted:
        raise UnfinishedError("stopped; the sweep takes what was going on here", outcome.exit_status)
    if outcome.failures:
        raise UnfinishedError(f"{count(len(outcome.failures), 'run')} failed here; the sweep tries again")
